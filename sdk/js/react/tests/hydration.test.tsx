/* SPDX-License-Identifier: MIT */
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { act } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TradeSignals } from '@sentio/react/components';
import { connected, endBrowser, fakeBrowser, published } from './fake_socket';

beforeEach(fakeBrowser);
afterEach(endBrowser);

it('what a server has rendered becomes live without a mismatch', async () => {
  const page = <TradeSignals symbols={['AAPL']} />;
  const container = document.createElement('div');
  container.innerHTML = renderToString(page);
  const errors: unknown[] = [];
  const root = await act(async () =>
    hydrateRoot(container, page, { onRecoverableError: (error) => errors.push(error) }),
  );
  const socket = await connected('trade-signals');
  await published(socket, 'trade_signals', [{ symbol: 'AAPL', signal: 'buy', confidence: 1 }]);
  expect(container.textContent).toContain('AAPL');
  expect(errors).toEqual([]);
  expect(console.error).not.toHaveBeenCalled();
  act(() => root.unmount());
});
