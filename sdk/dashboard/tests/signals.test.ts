/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { arranged, matches, tally, type SignalFilter } from '../src/data/signalFilter.ts';
import { SignalBook, type Signal } from '../src/data/signals.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const ALL: SignalFilter = { search: '', signal: null, minConfidence: 0 };

function signal(symbol: string, kind: string, confidence: number | null, at = NOON): Signal {
  return { symbol, signal: kind, confidence, at, extra: {}, before: [] };
}

const LIST = [
  signal('AAPL', 'buy', 0.9, NOON + 1),
  signal('MSFT', 'sell', 0.6, NOON + 3),
  signal('TSLA', 'hold', null, NOON + 2),
];

const symbols = (list: readonly Signal[]) => list.map((each) => each.symbol);
const NEWEST = { by: 'at', descending: true } as const;

describe('the filter of signals', () => {
  it('finds part of a symbol in any case', () => {
    const found = LIST.filter((each) => matches(each, { ...ALL, search: ' sl' }));
    expect(symbols(found)).toEqual(['TSLA']);
  });

  it('keeps one kind', () => {
    const found = LIST.filter((each) => matches(each, { ...ALL, signal: 'buy' }));
    expect(symbols(found)).toEqual(['AAPL']);
  });

  it('takes a signal without confidence for one of none', () => {
    const found = LIST.filter((each) => matches(each, { ...ALL, minConfidence: 0.6 }));
    expect(symbols(found)).toEqual(['AAPL', 'MSFT']);
  });

  it('sorts, with the pinned ones first', () => {
    expect(symbols(arranged(LIST, ALL, NEWEST, new Set()))).toEqual(['MSFT', 'TSLA', 'AAPL']);
    expect(symbols(arranged(LIST, ALL, NEWEST, new Set(['AAPL'])))).toEqual([
      ...['AAPL', 'MSFT', 'TSLA'],
    ]);
  });

  it('puts unknown confidences last, whichever way it sorts', () => {
    for (const descending of [true, false]) {
      const rows = arranged(LIST, ALL, { by: 'confidence', descending }, new Set());
      expect(rows.at(-1)?.symbol).toBe('TSLA');
    }
  });

  it('counts each kind', () => {
    expect([...tally(LIST)]).toEqual([
      ['buy', 1],
      ['sell', 1],
      ['hold', 1],
    ]);
  });
});

describe('the book of signals', () => {
  let book: SignalBook;
  const say = (kind: string, seconds: number, more: Partial<Message> = {}) => {
    const timestamp = new Date(NOON + seconds * 1000).toISOString();
    const data = [{ symbol: 'aapl', signal: kind.toUpperCase(), confidence: 0.5, timestamp, x: 1 }];
    book.apply({ type: 'trade_signals', data, timestamp, ...more });
    vi.advanceTimersByTime(200);
  };

  beforeEach(() => {
    vi.useFakeTimers({ now: NOON });
    book = new SignalBook();
  });

  afterEach(() => vi.useRealTimers());

  it('keeps the latest of each symbol, those before it, and the other fields', () => {
    say('buy', 0);
    say('sell', 1);
    expect(book.get()).toEqual([
      {
        symbol: 'AAPL',
        signal: 'sell',
        confidence: 0.5,
        at: NOON + 1000,
        extra: { x: 1 },
        before: [{ signal: 'buy', confidence: 0.5, at: NOON }],
      },
    ]);
  });

  it('is not set back by a snapshot that is older', () => {
    say('sell', 1);
    say('buy', 0, { snapshot: true });
    expect(book.get()[0]).toMatchObject({ signal: 'sell', before: [] });
  });

  it('keeps a bounded number of earlier ones', () => {
    for (let i = 0; i < 40; i++) say('buy', i);
    expect(book.get()[0]?.before).toHaveLength(12);
  });
});
