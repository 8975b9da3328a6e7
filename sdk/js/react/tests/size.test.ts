/* SPDX-License-Identifier: MIT */
// @vitest-environment node
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { expect, it } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
// Bytes, minified and compressed by gzip, without React.
const LARGEST = 5120;
const LARGEST_SHARE = 1360;

const ENTRY = 'all-hooks';
const HOOKS = ['TradeSignals', 'MarketData', 'Earnings', 'Notifications', 'Admin'];

/** What a page with these imports gets, minified, without React itself. */
async function bundle(source: string): Promise<string> {
  const result = (await build({
    configFile: false,
    logLevel: 'silent',
    resolve: {
      alias: {
        '@sentio/client': path('../../client/src/index.ts'),
        '@sentio/react': path('../src/index.ts'),
      },
    },
    plugins: [
      {
        name: ENTRY,
        resolveId: (id) => (id === ENTRY ? `\0${ENTRY}` : null),
        load: (id) => (id === `\0${ENTRY}` ? source : null),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: ENTRY,
        external: ['react'],
        preserveEntrySignatures: 'exports-only',
        output: { format: 'es' },
      },
    },
  })) as Rolldown.RolldownOutput;
  const [chunk, second] = result.output;
  if (chunk?.type !== 'chunk' || second) throw new Error('expected one chunk');
  return chunk.code;
}

const size = async (source: string) => gzipSync(await bundle(source), { level: 9 }).length;
const ALL_HOOKS = HOOKS.map((name) => `use${name}WebSocket`).join();

it('all five hooks and the client are as small as promised, and so is what the hooks add', async () => {
  const all = await size(`export { ${ALL_HOOKS} } from '@sentio/react';`);
  const client = await size("export { subscribe } from '@sentio/client';");
  expect(client).toBeGreaterThan(1000);
  expect(all).toBeLessThanOrEqual(LARGEST);
  expect(all - client).toBeLessThanOrEqual(LARGEST_SHARE);
});

it('a page with one hook does not get what only the others need', async () => {
  const code = await bundle("export { useTradeSignalsWebSocket } from '@sentio/react';");
  expect(code).not.toContain('clearNotifications');
});
