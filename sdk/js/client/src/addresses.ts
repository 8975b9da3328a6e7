/* SPDX-License-Identifier: MIT */
import { defaults } from './defaults';
import type { SubscribeOptions } from './types';

declare global {
  interface ImportMeta {
    readonly env: Record<string, string | undefined>;
  }
  var __SENTIO__: { wsUrl?: string; apiUrl?: string } | undefined;
}

declare const process: { env: Record<string, string | undefined> };

/**
 * Bundlers put a text in the place of the whole expression of such a variable, and of no other form of
 * it. Where none has, its objects may not be there at all; asking for them first would find none in a
 * page, although the text is there. In the place of `process.env` it may be an object, which would be a
 * block right behind an arrow.
 */
function read(get: () => [string | undefined]): string | undefined {
  try {
    return get()[0];
  } catch {
    // There is none.
  }
}

/**
 * Where the host is: `ws` for sockets, `api` for REST, without a slash at the end. The first of these
 * that names one of the two decides, and the other follows from it: the options and `configure`,
 * `window.__SENTIO__`, `VITE_WS_URL` and `VITE_API_URL`, `REACT_APP_WS_URL` and `REACT_APP_API_URL`,
 * the page's origin; in Node ws://localhost:8000.
 */
export function addresses(options: Pick<SubscribeOptions, 'url' | 'apiUrl'> = {}): {
  ws: string;
  api: string;
} {
  const { url, apiUrl } = { ...defaults, ...options };
  const { __SENTIO__: page, location } = globalThis;
  // Pages from a file have an origin that is no address.
  const origin = /^http/.test(location?.origin) ? location.origin : 'http://localhost:8000';
  const [ws, api] = [
    [url, apiUrl],
    [page?.wsUrl, page?.apiUrl],
    [read(() => [import.meta.env.VITE_WS_URL]), read(() => [import.meta.env.VITE_API_URL])],
    [read(() => [process.env.REACT_APP_WS_URL]), read(() => [process.env.REACT_APP_API_URL])],
    [origin],
  ].find((pair) => pair[0] || pair[1])!;
  const whole = (address: string): string => address.replace(/\/+$/, '');
  return {
    ws: whole(ws || api!).replace(/^http/, 'ws'),
    api: whole(api || ws!).replace(/^ws/, 'http'),
  };
}
