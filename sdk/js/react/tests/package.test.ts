/* SPDX-License-Identifier: MIT */
// @vitest-environment node
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'tsdown';
import ts from 'typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';

// Tests run in the package's folder.
const PACKAGES = { '@sentio/client': resolve('../client'), '@sentio/react': resolve('.') };
const react = dirname(createRequire(import.meta.url).resolve('react/package.json'));
let folder: string;

interface Manifest {
  readonly files: readonly string[];
}

const installed = (name: string) => join(folder, 'node_modules', name);

/** Both packages as they are published, in a folder that an application might be. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sentio-react-'));
  for (const [name, cwd] of Object.entries(PACKAGES)) {
    const config = join(cwd, 'tsdown.config.ts');
    const outDir = join(installed(name), 'dist');
    const dts = name === '@sentio/react';
    await build({ cwd, config, outDir, dts, logLevel: 'silent' });
    const { files } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as Manifest;
    for (const file of ['package.json', ...files.filter((file) => file !== 'dist')])
      cpSync(join(cwd, file), join(installed(name), file), { recursive: true });
  }
  symlinkSync(react, installed('react'));
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

const node = (...args: string[]) =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).trim();

const HOOKS =
  'useAdminWebSocket useEarningsWebSocket useMarketDataWebSocket useNotificationsWebSocket ' +
  'useTradeSignalsWebSocket';
const EXPORTS = {
  '@sentio/react': HOOKS,
  '@sentio/react/hooks/useWebSocket': HOOKS,
  '@sentio/react/components':
    'AdminDashboardWithWebSocket EarningsSummary LiveIndicator Notifications TradeSignals',
};
const PATHS = Object.keys(EXPORTS);
const print = `console.log(JSON.stringify(all.map((one) => Object.keys(one).sort().join(' '))))`;

it('Node imports it, under each of its paths', () => {
  const imports = PATHS.map((path, index) => `import * as m${index} from '${path}';`).join('');
  const all = `const all = [${PATHS.map((_, index) => `m${index}`).join()}];`;
  const printed = node('--input-type=module', '-e', `${imports} ${all} ${print}`);
  expect(JSON.parse(printed)).toEqual(Object.values(EXPORTS));
});

it('Node requires it, under each of its paths', () => {
  const printed = node('-e', `const all = ${JSON.stringify(PATHS)}.map(require); ${print}`);
  expect(JSON.parse(printed)).toEqual(Object.values(EXPORTS));
});

// Jest 27, which create-react-app brings, and webpack 4 look for folders and files instead.
it('who knows no "exports" finds the same, under each of its paths', () => {
  const folders = PATHS.map((path) => installed(path));
  const printed = node('-e', `const all = ${JSON.stringify(folders)}.map(require); ${print}`);
  expect(JSON.parse(printed)).toEqual(Object.values(EXPORTS));
  const sheet = readFileSync(installed('@sentio/react/styles.css'), 'utf8');
  const [, imported = ''] = /@import '(.*)';/.exec(sheet) ?? [];
  expect(existsSync(join(installed('@sentio/react'), imported))).toBe(true);
});

it.each([
  ['Bundler', ts.ModuleResolutionKind.Bundler, [...PATHS, '@sentio/react/styles.css']],
  ['Node16', ts.ModuleResolutionKind.Node16, [...PATHS, '@sentio/react/styles.css']],
  ['Node10', ts.ModuleResolutionKind.Node10, PATHS],
])('its types are found by moduleResolution %s', (_, moduleResolution, paths) => {
  const from = join(folder, 'app.ts');
  const found = paths.map(
    (path) => ts.resolveModuleName(path, from, { moduleResolution }, ts.sys).resolvedModule,
  );
  expect(found.map((module) => module?.extension)).toEqual(
    paths.map(() => expect.stringMatching(/^\.d\.c?ts$/)),
  );
});

it('hooks and components are built on the same module', () => {
  const script = `console.log(require('@sentio/react').useAdminWebSocket ===
    require('@sentio/react/hooks/useWebSocket').useAdminWebSocket)`;
  expect(node('-e', script)).toBe('true');
});

it('every file that the package names is there, types and stylesheet included', () => {
  const text = readFileSync(join(installed('@sentio/react'), 'package.json'), 'utf8');
  const named = [...text.matchAll(/"\.\/(dist\/[^"]+)"/g)].map(([, file]) => file ?? '');
  expect(named.length).toBeGreaterThan(12);
  const missing = named.filter((file) => !existsSync(join(installed('@sentio/react'), file)));
  expect(missing).toEqual([]);
});

it("what is built is marked 'use client', and takes React from the page", () => {
  const code = readFileSync(join(installed('@sentio/react'), 'dist/components/index.js'), 'utf8');
  expect(code).toMatch(/^'use client';/);
  expect(code).toMatch(/from "react"/);
});
