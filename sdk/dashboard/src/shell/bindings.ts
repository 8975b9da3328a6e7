/* SPDX-License-Identifier: MIT */
import { enterRows } from '../ui/rowKeys.ts';
import type { Bindings } from './keys.ts';
import { goTo, PLACES } from './routes.ts';
import { focusSearch } from './useShortcuts.ts';

/** All shortcuts of the page. */
export function bindings(shell: { showShortcuts(): void }): Bindings {
  const places = PLACES.map(({ key, page }) => [`g ${key}`, () => goTo(page)] as const);
  return {
    ...Object.fromEntries(places),
    '/': focusSearch,
    '?': shell.showShortcuts,
    j: () => enterRows('j'),
    k: () => enterRows('k'),
  };
}

/** What the shortcuts dialog says, in its order. */
export const SHORTCUTS: readonly { keys: readonly string[]; does: string }[] = [
  ...PLACES.map(({ key, title }) => ({ keys: ['g', key], does: `Go to ${title}` })),
  { keys: ['/'], does: 'Search, or add a symbol' },
  { keys: ['j'], does: 'Next row (or ↓)' },
  { keys: ['k'], does: 'Previous row (or ↑)' },
  { keys: ['Enter'], does: 'Open the row: its chart, its details' },
  { keys: ['p'], does: 'Pin the row of a signal' },
  { keys: ['Del'], does: 'Remove the row’s symbol from the watchlist' },
  { keys: ['Esc'], does: 'Leave the field, close the dialog' },
  { keys: ['?'], does: 'Show these shortcuts' },
];
