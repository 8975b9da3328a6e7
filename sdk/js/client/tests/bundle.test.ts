/* SPDX-License-Identifier: MIT */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build as pack } from 'tsdown';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Bytes, minified and compressed. What a page needs that only subscribes, and the whole. */
const LARGEST = 3860;
const LARGEST_WITH_SERVICE = 4420;

let folder: string;
let installed: string;

interface Bundling {
  define?: Record<string, string>;
  env?: Record<string, string>;
  minify?: boolean;
}

/** One script of what is exported under these names, as a page would have it. */
async function bundle(names: string, { define = {}, env = {}, minify = false }: Bundling = {}) {
  const entry = join(folder, 'entry.js');
  writeFileSync(entry, `export { ${names} } from '@sentio/client';`);
  writeFileSync(
    join(folder, '.env'),
    Object.entries(env)
      .map((pair) => pair.join('='))
      .join('\n'),
  );
  const output = await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    define,
    build: {
      write: false,
      target: 'esnext',
      minify: minify && 'oxc',
      lib: { entry, formats: ['iife'], name: 'sentio', fileName: 'bundle' },
    },
  });
  const [chunk] = ([output].flat()[0] as { output: { code: string }[] }).output;
  return chunk!.code;
}

/** What a page without `process` takes as the address. */
function addressIn(code: string): string {
  const page: Record<string, unknown> = { URL, location: { origin: 'http://page' } };
  return runInNewContext(`${code}; sentio.addresses().ws`, page) as string;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sentio-client-'));
  installed = join(folder, 'node_modules/@sentio/client');
  await pack({
    cwd: root,
    config: join(root, 'tsdown.config.ts'),
    outDir: join(installed, 'dist'),
    logLevel: 'silent',
  });
  for (const file of ['package.json', 'services'])
    cpSync(join(root, file), join(installed, file), { recursive: true });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('it is as small as promised', async () => {
  const size = async (names: string): Promise<number> =>
    gzipSync(await bundle(names, { minify: true }), { level: 9 }).length;
  expect(await size('subscribe')).toBeLessThanOrEqual(LARGEST);
  expect(await size('subscribe, configure, addresses, webSocketService')).toBeLessThanOrEqual(
    LARGEST_WITH_SERVICE,
  );
});

test('what a page does not use is left out of its bundle', async () => {
  const code = await bundle('addresses');
  expect(code).not.toContain('unsubscribe');
  expect(code.length).toBeLessThan(3000);
});

test('without any address in the environment a page takes its own origin', async () => {
  expect(addressIn(await bundle('addresses'))).toBe('ws://page');
});

test("Vite's VITE_WS_URL and VITE_API_URL are taken", async () => {
  const ws = await bundle('addresses', { env: { VITE_WS_URL: 'ws://vite:1' } });
  expect(addressIn(ws)).toBe('ws://vite:1');
  const api = await bundle('addresses', { env: { VITE_API_URL: 'https://vite:2' } });
  expect(addressIn(api)).toBe('wss://vite:2');
});

test.each([
  ['the one expression', { 'process.env.REACT_APP_WS_URL': '"ws://cra:1"' }],
  ['the other expression', { 'process.env.REACT_APP_API_URL': '"http://cra:1"' }],
  ['the whole environment', { 'process.env': '{"REACT_APP_WS_URL":"ws://cra:1"}' }],
])('REACT_APP_* are taken where a bundler replaces %s', async (_, define) => {
  expect(addressIn(await bundle('addresses', { define }))).toBe('ws://cra:1');
});

// webpack's DefinePlugin with 'process.env': JSON.stringify({ … }), as many configurations have it.
test('a bundler may put the environment in as text, without a look at what is around it', async () => {
  const environment = '{"REACT_APP_WS_URL":"ws://cra:1"}';
  const code = (await bundle('addresses')).replaceAll('process.env', environment);
  expect(code).toContain(environment);
  expect(addressIn(code)).toBe('ws://cra:1');
});

const node = (...args: string[]): string =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).trim();

test('Node imports and requires it, and what it exports is the same', () => {
  const print = "console.log(Object.keys(sentio).filter((name) => name !== 'default').join())";
  const names =
    'IDLE,addresses,configure,createWebSocketService,subscribe,webSocketService,websocketService';
  const imported = node(
    '--input-type=module',
    '-e',
    `import * as sentio from '@sentio/client'; ${print}`,
  );
  expect(imported).toBe(names);
  expect(node('-e', `const sentio = require('@sentio/client'); ${print}`)).toBe(names);
});

test('the service is at its own path as well, and the same', () => {
  const path = '@sentio/client/services/websocket';
  const print = 'console.log(a === b, typeof a.connect)';
  expect(
    node(
      '--input-type=module',
      '-e',
      `import a from '${path}'; import { webSocketService as b } from '@sentio/client'; ${print}`,
    ),
  ).toBe('true function');
  expect(
    node(
      '-e',
      `const { default: a } = require('${path}'), { webSocketService: b } = require('@sentio/client'); ${print}`,
    ),
  ).toBe('true function');
});

// Jest 27, which create-react-app brings, and webpack 4 look for a folder instead.
test('who knows no "exports" finds the service too', () => {
  const folder = JSON.stringify(join(installed, 'services/websocket'));
  const types = "require('fs').existsSync(require('path').join(folder, manifest.types))";
  const print = `console.log(typeof require(folder).default.connect, ${types})`;
  expect(
    node('-e', `const folder = ${folder}, manifest = require(folder + '/package.json'); ${print}`),
  ).toBe('function true');
});

test('each format has its types, and CommonJS no import.meta', () => {
  const dist = join(installed, 'dist');
  for (const name of ['index', 'services/websocket'])
    for (const ending of ['js', 'cjs', 'd.ts', 'd.cts'])
      expect(existsSync(join(dist, `${name}.${ending}`)), `${name}.${ending}`).toBe(true);
  const common = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.cjs'),
  );
  expect(common.length).toBeGreaterThanOrEqual(2);
  for (const name of common)
    expect(readFileSync(join(dist, name), 'utf8')).not.toMatch(/import\.meta/);
});

test('importing it does nothing: no timer, no socket, no listener', () => {
  const script = `
    for (const name of ['setTimeout', 'setInterval', 'queueMicrotask', 'fetch', 'WebSocket', 'addEventListener'])
      globalThis[name] = () => { throw new Error(name + ' at import'); };
    require('@sentio/client');
    console.log('nothing');`;
  expect(node('-e', script)).toBe('nothing');
});
