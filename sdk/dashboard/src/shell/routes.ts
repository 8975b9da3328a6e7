/* SPDX-License-Identifier: MIT */
import { useSyncExternalStore } from 'react';

export type Page = 'markets' | 'signals' | 'earnings' | 'notifications' | 'admin';

export interface Place {
  readonly page: Page;
  readonly title: string;
  readonly short: string;
  readonly hash: string;
  /** Pressed after g. */
  readonly key: string;
}

export const PLACES: readonly Place[] = [
  { page: 'markets', title: 'Markets', short: 'Markets', hash: '#/', key: 'm' },
  { page: 'signals', title: 'Trade signals', short: 'Signals', hash: '#/signals', key: 's' },
  { page: 'earnings', title: 'Earnings', short: 'Earnings', hash: '#/earnings', key: 'e' },
  {
    page: 'notifications',
    title: 'Notifications',
    short: 'Alerts',
    hash: '#/notifications',
    key: 'n',
  },
  { page: 'admin', title: 'Admin', short: 'Admin', hash: '#/admin', key: 'a' },
];

/** The page that a hash such as "#/admin?x=1" names; Markets when it names none. */
export function pageOf(hash: string): Page {
  const path = (hash.split('?')[0] ?? '').replace(/\/+$/, '');
  return PLACES.find((place) => place.hash === path)?.page ?? 'markets';
}

/** The place of a page. */
export function placeOf(page: Page): Place {
  return PLACES.find((place) => place.page === page) as Place;
}

/** Goes to a page, as a link to it would. */
export function goTo(page: Page): void {
  window.location.hash = placeOf(page).hash;
}

function onHash(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** The page that the address names. */
export function usePage(): Page {
  return useSyncExternalStore(onHash, () => pageOf(window.location.hash));
}

/**
 * The admin token of `#/admin?token=T`. It leaves the address, so that it is in no bookmark and no
 * history.
 */
export function takeAdminToken(location: Location, history: History): string | null {
  const [path, query] = location.hash.split('?');
  if (query === undefined || pageOf(path ?? '') !== 'admin') return null;
  const params = new URLSearchParams(query);
  const token = params.get('token');
  if (!token) return null;
  params.delete('token');
  const rest = params.size > 0 ? `?${params}` : '';
  history.replaceState(history.state, '', `${location.pathname}${location.search}${path}${rest}`);
  return token;
}
