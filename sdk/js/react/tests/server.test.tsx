/* SPDX-License-Identifier: MIT */
// @vitest-environment node
import { renderToString } from 'react-dom/server';
import { expect, it, vi } from 'vitest';
import {
  useAdminWebSocket,
  useEarningsWebSocket,
  useMarketDataWebSocket,
  useNotificationsWebSocket,
  useTradeSignalsWebSocket,
} from '@sentio/react';
import {
  AdminDashboardWithWebSocket,
  EarningsSummary,
  Notifications,
  TradeSignals,
} from '@sentio/react/components';

function All() {
  const hooks = [
    useTradeSignalsWebSocket(['AAPL'], 'user_001'),
    useMarketDataWebSocket(['AAPL']),
    useEarningsWebSocket('user_001'),
    useNotificationsWebSocket('user_001'),
    useAdminWebSocket('secret'),
  ];
  return <p>{hooks.map((hook) => (hook.loading ? 'loading' : 'done')).join()}</p>;
}

it('a server renders every hook as loading, and opens nothing', () => {
  const opened = vi.fn();
  vi.stubGlobal('WebSocket', opened);
  vi.stubGlobal('fetch', opened);
  expect(renderToString(<All />)).toBe('<p>loading,loading,loading,loading,loading</p>');
  expect(opened).not.toHaveBeenCalled();
  vi.unstubAllGlobals();
});

it('a server renders every component, with its heading', () => {
  const html = renderToString(
    <>
      <TradeSignals symbols={['AAPL']} />
      <EarningsSummary userId="user_001" />
      <Notifications userId="user_001" />
      <AdminDashboardWithWebSocket adminToken="secret" />
    </>,
  );
  for (const title of ['Trade Signals', 'Earnings', 'Notifications', 'Admin Dashboard']) {
    expect(html).toContain(`>${title}</h2>`);
  }
  expect(html.match(/Loading…/g)).toHaveLength(4);
  expect(html.match(/Connecting…/g)).toHaveLength(4);
  expect(html).not.toContain('Offline');
});
