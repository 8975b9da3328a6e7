// SPDX-License-Identifier: MIT
// Bundles the page of document/ as an application would: with vite, from the packages' sources.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tree } from './places.mjs';

const sdk = join(tree, 'sdk');
const react = join(sdk, 'js', 'react');

/** The settings of the package's own tests, which know where the document's components are. */
async function settings(vite) {
  const from = { command: 'build', mode: 'production' };
  const { config } = await vite.loadConfigFromFile(from, join(react, 'vitest.config.ts'), react);
  return config;
}

/** Writes the page into a folder, which the host can serve. */
export async function bundle(outDir) {
  const found = createRequire(join(sdk, 'package.json')).resolve('vite/package.json');
  const vite = await import(pathToFileURL(join(dirname(found), 'dist', 'node', 'index.js')).href);
  const { plugins, resolve } = await settings(vite);
  const installed = {
    find: /^(react|react-dom)(\/.*)?$/,
    replacement: `${join(sdk, 'node_modules')}/$1$2`,
  };
  await vite.build({
    configFile: false,
    root: join(tree, 'tests', 'browser', 'document'),
    logLevel: 'error',
    plugins,
    resolve: { alias: [...resolve.alias, installed] },
    build: { outDir, emptyOutDir: true },
  });
}
