/* SPDX-License-Identifier: MIT */
import { stored } from './stored.ts';
import type { Value } from './value.ts';

export interface Watchlist {
  /** In the order in which they were added. */
  readonly symbols: readonly string[];
  /** Whose chart is shown; null when there are none. */
  readonly selected: string | null;
}

export const WATCHED_MAX = 100;
const DEFAULT_SYMBOLS = ['AAPL', 'GOOGL', 'MSFT', 'TSLA', 'AMZN', 'NVDA', 'META', 'SPY'];
const SYMBOL = /^[A-Z0-9.^=:_/-]{1,32}$/;

/** The symbols that a text names, separated by blanks or commas; what is none comes back in `wrong`. */
export function parseSymbols(text: string): { symbols: string[]; wrong: string[] } {
  const words = text
    .toUpperCase()
    .split(/[\s,;]+/)
    .filter(Boolean);
  const symbols = new Set(words.filter((word) => SYMBOL.test(word)));
  return { symbols: [...symbols], wrong: words.filter((word) => !SYMBOL.test(word)) };
}

/** A valid list of whatever was kept. Each tab keeps its own selection, to have two charts in two. */
export function parseWatchlist(found: unknown, own?: Watchlist): Watchlist {
  const kept = typeof found === 'object' && found !== null ? (found as Partial<Watchlist>) : {};
  const list: readonly unknown[] = Array.isArray(kept.symbols) ? kept.symbols : DEFAULT_SYMBOLS;
  const text = list.filter((symbol) => typeof symbol === 'string').join(' ');
  const symbols = parseSymbols(text).symbols.slice(0, WATCHED_MAX);
  return { symbols, selected: choose(symbols, (own ?? kept).selected) };
}

function choose(symbols: readonly string[], wanted: string | null | undefined): string | null {
  return symbols.find((symbol) => symbol === wanted) ?? symbols[0] ?? null;
}

/** With these as well; the first of them is selected. */
export function added(list: Watchlist, symbols: readonly string[]): Watchlist {
  const all = [...new Set([...list.symbols, ...symbols])].slice(0, WATCHED_MAX);
  return { symbols: all, selected: choose(all, symbols[0] ?? list.selected) };
}

/** Without it; when it was selected its neighbour is. */
export function removed(list: Watchlist, symbol: string): Watchlist {
  const at = list.symbols.indexOf(symbol);
  if (at < 0) return list;
  const symbols = list.symbols.filter((other) => other !== symbol);
  const neighbour = symbols[Math.min(at, symbols.length - 1)];
  return { symbols, selected: list.selected === symbol ? (neighbour ?? null) : list.selected };
}

/** The watchlist, kept in localStorage. */
export function openWatchlist(): Value<Watchlist> {
  return stored('sentio.watchlist', parseWatchlist);
}
