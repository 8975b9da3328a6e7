// SPDX-License-Identifier: MIT
// Where things are: the tree, what was built, where pictures go.

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const tree = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const build = resolve(process.env.SENTIO_BUILD ?? join(tree, 'build'));
export const dashboard = resolve(
  process.env.SENTIO_DASHBOARD ?? join(tree, 'sdk', 'dashboard', 'dist'),
);
export const pictures = resolve(
  process.env.SENTIO_SCREENSHOTS ?? join(tree, 'build', 'test-logs', 'screenshots'),
);

const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

/** Debian's Chromium, of either package. */
export function browserPath() {
  const path = process.env.SENTIO_BROWSER ?? BROWSERS.find((path) => existsSync(path));
  if (!path) throw new Error(`none of these is there: ${BROWSERS.join(', ')}`);
  return path;
}
