/* SPDX-License-Identifier: MIT */
import { describe, expect, it } from 'vitest';

describe('the paths that the document names', () => {
  it('have the hooks', async () => {
    // @ts-expect-error: JavaScript, as the document has it.
    const hooks: Record<string, unknown> = await import('../src/hooks/useWebSocket.js');
    for (const name of [
      'useTradeSignalsWebSocket',
      'useEarningsWebSocket',
      'useNotificationsWebSocket',
      'useAdminWebSocket',
      'useMarketDataWebSocket',
    ]) {
      expect(hooks[name], name).toBeTypeOf('function');
    }
  });

  it('have the service', async () => {
    // @ts-expect-error: JavaScript, as the document has it.
    const { default: service } = await import('../src/services/websocket.js');
    for (const name of ['connect', 'disconnect', 'send', 'disconnectAll']) {
      expect(service[name], name).toBeTypeOf('function');
    }
  });
});
