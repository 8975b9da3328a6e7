/* SPDX-License-Identifier: MIT */
import { describe, expect, it } from 'vitest';
import {
  added,
  openWatchlist,
  parseSymbols,
  parseWatchlist,
  removed,
  WATCHED_MAX,
} from '../src/data/watchlist.ts';
import { otherTab } from './other-tab.ts';

describe('the watchlist', () => {
  it('reads symbols separated by blanks and commas, in any case', () => {
    expect(parseSymbols(' aapl, msft;BRK.B aapl ')).toEqual({
      symbols: ['AAPL', 'MSFT', 'BRK.B'],
      wrong: [],
    });
  });

  it('tells which words are no symbols', () => {
    expect(parseSymbols(`AAPL $$$ ${'X'.repeat(33)} *`)).toEqual({
      symbols: ['AAPL'],
      wrong: ['$$$', 'X'.repeat(33), '*'],
    });
  });

  it('selects what was added', () => {
    const list = added({ symbols: ['A'], selected: 'A' }, ['B', 'C']);
    expect(list).toEqual({ symbols: ['A', 'B', 'C'], selected: 'B' });
    expect(added(list, ['A'])).toEqual({ symbols: ['A', 'B', 'C'], selected: 'A' });
  });

  it('is bounded', () => {
    const many = Array.from({ length: WATCHED_MAX + 20 }, (_, i) => `S${i}`);
    expect(added({ symbols: [], selected: null }, many).symbols).toHaveLength(WATCHED_MAX);
  });

  it('selects the neighbour of one that is removed', () => {
    const list = { symbols: ['A', 'B', 'C'], selected: 'B' };
    expect(removed(list, 'B')).toEqual({ symbols: ['A', 'C'], selected: 'C' });
    expect(removed({ ...list, selected: 'C' }, 'C')).toEqual({
      symbols: ['A', 'B'],
      selected: 'B',
    });
    expect(removed(list, 'A')).toEqual({ symbols: ['B', 'C'], selected: 'B' });
    expect(removed({ symbols: ['A'], selected: 'A' }, 'A')).toEqual({
      symbols: [],
      selected: null,
    });
  });

  it('outlives the page', () => {
    openWatchlist().update((list) => added(list, ['IBM']));
    expect(openWatchlist().get().symbols).toContain('IBM');
    expect(openWatchlist().get().selected).toBe('IBM');
  });

  it('is that of all tabs, but each has a selection of its own', () => {
    const list = openWatchlist();
    list.set({ symbols: ['AAPL', 'MSFT'], selected: 'MSFT' });
    const theirs = { symbols: ['AAPL', 'MSFT', 'TSLA'], selected: 'TSLA' };
    otherTab('sentio.watchlist', theirs);
    expect(list.get()).toEqual({ ...theirs, selected: 'MSFT' });
    expect(parseWatchlist(JSON.parse(localStorage.getItem('sentio.watchlist') ?? ''))).toEqual(
      theirs,
    );
    otherTab('sentio.watchlist', { symbols: ['AAPL'], selected: 'AAPL' });
    expect(list.get()).toEqual({ symbols: ['AAPL'], selected: 'AAPL' });
  });

  it('mends what was kept wrongly', () => {
    expect(parseWatchlist({ symbols: ['aapl', 5, '$'], selected: 'ZZZ' })).toEqual({
      symbols: ['AAPL'],
      selected: 'AAPL',
    });
    expect(parseWatchlist('rubbish').symbols).toContain('AAPL');
    expect(parseWatchlist({ symbols: [] })).toEqual({ symbols: [], selected: null });
  });

  it('starts with the defaults when what was kept is not even JSON', () => {
    localStorage.setItem('sentio.watchlist', '{');
    expect(openWatchlist().get().symbols).toHaveLength(8);
  });
});
