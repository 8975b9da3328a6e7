/* SPDX-License-Identifier: MIT */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { Session } from './session/session.ts';
import { followTheme } from './settings/theme.ts';
import { takeAdminToken } from './shell/routes.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/table.css';
import './styles/ui.css';
import './styles/shell.css';
import './styles/markets.css';
import './styles/pages.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

const session = new Session();
followTheme(session.settings, document.documentElement);

function keepAdminToken(): void {
  const token = takeAdminToken(window.location, window.history);
  if (token !== null) session.adminToken.set(token);
}
keepAdminToken();
window.addEventListener('hashchange', keepAdminToken);
session.open();

createRoot(root).render(
  <StrictMode>
    <App session={session} />
  </StrictMode>,
);
