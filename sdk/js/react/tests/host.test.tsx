/* SPDX-License-Identifier: MIT */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import Earnings from 'document:Earnings';
import Notifications from 'document:Notifications';
import TradeSignals from 'document:TradeSignals';

const BUILD = process.env.SENTIO_BUILD;
const PATIENCE = { timeout: 20_000 * Number(process.env.SENTIO_SLOW ?? 1) };
// Tests run in the package's folder.
const top = resolve('../../..');

/** Where a host listens, once it is ready. */
async function addressOf(host: ChildProcess): Promise<string> {
  const log: string[] = [];
  let address = '';
  for await (const line of createInterface({ input: host.stderr! })) {
    log.push(line);
    address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1] ?? address;
    if (/\bready\b/.test(line)) {
      host.stderr!.resume();
      return address;
    }
  }
  throw new Error(`sentiod did not start:\n${log.join('\n')}`);
}

// Without a host that was built there is nothing to try these on.
describe.runIf(BUILD)('against the host', () => {
  let host: ChildProcess;
  let state: string;
  let url: string;

  const publish = async (channel: string, body: object) => {
    const answer = await fetch(`${url}/api/v1/publish/${channel}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
  };

  beforeAll(async () => {
    state = mkdtempSync(join(tmpdir(), 'sentio-react-'));
    const settings = [
      `plugins.dir=${BUILD}/plugins`,
      `server.state_dir=${state}`,
      'server.listen=127.0.0.1:0',
    ];
    host = spawn(
      `${BUILD}/bin/sentiod`,
      ['-c', `${top}/etc/sentio.conf`, ...settings.flatMap((one) => ['--set', one])],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    url = `http://${await addressOf(host)}`;
    vi.stubGlobal('WebSocket', WebSocket);
    vi.stubGlobal('__SENTIO__', { apiUrl: url });
  });

  afterAll(async () => {
    vi.unstubAllGlobals();
    const ended = new Promise((resolve) => host.once('exit', resolve));
    host.kill();
    await ended;
    rmSync(state, { recursive: true });
  });

  afterEach(cleanup);

  const live = () => screen.findByText('🟢 Live', {}, PATIENCE);

  it("the document's TradeSignals shows what is published", async () => {
    render(<TradeSignals userId="user_001" />);
    await live();
    await publish('trade-signals', {
      data: [
        { symbol: 'AAPL', signal: 'buy', confidence: 0.85 },
        { symbol: 'TSLA', signal: 'sell', confidence: 0.7 },
      ],
    });
    await screen.findByText('AAPL: buy (0.85)', {}, PATIENCE);
    expect(screen.queryByText(/TSLA/)).toBeNull();
  });

  it("the document's Earnings shows what was published before it came", async () => {
    await publish('earnings', {
      user_id: 'user_001',
      data: { portfolio_value: 100000, daily_pnl: 250 },
    });
    render(<Earnings userId="user_001" />);
    await screen.findByText('Portfolio Value: $100000', {}, PATIENCE);
    await live();
  });

  it("the document's Notifications shows what waited, and clears it", async () => {
    await publish('notifications', {
      user_id: 'user_002',
      data: { type: 'success', title: 'Trade Executed', message: 'Your order has been executed' },
    });
    render(<Notifications userId="user_002" />);
    await screen.findByText('Trade Executed', {}, PATIENCE);
    fireEvent.click(screen.getByRole('button', { name: 'Clear All' }));
    expect(screen.queryByText('Trade Executed')).toBeNull();
  });
});
