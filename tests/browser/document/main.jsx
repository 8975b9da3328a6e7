/* SPDX-License-Identifier: MIT */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import Earnings from 'document:Earnings';
import Notifications from 'document:Notifications';
import TradeSignals from 'document:TradeSignals';

createRoot(document.getElementById('root')).render(
    <StrictMode>
        <TradeSignals userId="user_001" />
        <Earnings userId="user_001" />
        <Notifications userId="user_001" />
    </StrictMode>,
);
