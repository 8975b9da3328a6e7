/* SPDX-License-Identifier: MIT */
import { defaults } from './defaults';
import type { SubscribeOptions } from './types';

interface Pair {
  ws?: string | undefined;
  api?: string | undefined;
}

declare global {
  interface ImportMeta {
    readonly env: Record<string, string | undefined>;
  }
  var __SENTIO__: { wsUrl?: string; apiUrl?: string } | undefined;
}

declare const process: { env: Record<string, string | undefined> };

/**
 * Bundlers put a text in the place of the whole expression `import.meta.env.VITE_WS_URL`, or
 * `process.env.REACT_APP_WS_URL`, and of no other form. Where none has, `import.meta.env` or
 * `process` may not be there at all; asking first with `typeof process` would find none in a page.
 */
function pair(ws: () => string | undefined, api: () => string | undefined): Pair {
  const read = (get: () => string | undefined): string | undefined => {
    try {
      return get();
    } catch {
      return undefined;
    }
  };
  return { ws: read(ws), api: read(api) };
}

/** The page's own host; Node, and pages from a file, have none. */
function origin(): string {
  const page = globalThis.location?.origin;
  return page?.startsWith('http') ? page : 'http://localhost:8000';
}

/**
 * Where the host is: `ws` for sockets, `api` for REST, without a slash at the end. The first of these
 * that names one of the two decides, and the other follows from it: the options, `configure`,
 * `window.__SENTIO__`, `VITE_WS_URL` and `VITE_API_URL`, `REACT_APP_WS_URL` and `REACT_APP_API_URL`,
 * the page's origin; in Node ws://localhost:8000.
 */
export function addresses(options: Pick<SubscribeOptions, 'url' | 'apiUrl'> = {}): {
  ws: string;
  api: string;
} {
  const { ws, api } = [
    { ws: options.url, api: options.apiUrl },
    { ws: defaults.url, api: defaults.apiUrl },
    { ws: globalThis.__SENTIO__?.wsUrl, api: globalThis.__SENTIO__?.apiUrl },
    pair(
      () => import.meta.env.VITE_WS_URL,
      () => import.meta.env.VITE_API_URL,
    ),
    pair(
      () => process.env.REACT_APP_WS_URL,
      () => process.env.REACT_APP_API_URL,
    ),
  ].find((one) => one.ws || one.api) ?? { ws: origin() };
  const absolute = (address: string | undefined): string =>
    new URL(address || '', origin()).href.replace(/\/+$/, '');
  return {
    ws: absolute(ws || api).replace(/^http/, 'ws'),
    api: absolute(api || ws).replace(/^ws/, 'http'),
  };
}
