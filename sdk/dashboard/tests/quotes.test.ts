/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QuoteBook } from '../src/data/quotes.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');

function at(seconds: number): string {
  return new Date(NOON + seconds * 1000).toISOString();
}

function update(seconds: number, price: number, more: Partial<Message> = {}, item = {}): Message {
  const data = [{ symbol: 'AAPL', price, timestamp: at(seconds), ...item }];
  return { type: 'update', data, timestamp: at(seconds), ...more };
}

describe('the book of quotes', () => {
  let book: QuoteBook;
  const shown = () => {
    vi.advanceTimersByTime(200);
    return book.quote('AAPL').get();
  };

  beforeEach(() => {
    vi.useFakeTimers({ now: NOON });
    book = new QuoteBook();
    book.watch(['AAPL']);
  });

  afterEach(() => vi.useRealTimers());

  it('shows the latest price, and where it went', () => {
    book.apply(update(0, 100));
    expect(shown()).toMatchObject({ price: 100, direction: 0, moves: 0 });
    book.apply(update(1, 101));
    expect(shown()).toMatchObject({ price: 101, direction: 1, moves: 1 });
    book.apply(update(2, 99));
    expect(shown()).toMatchObject({ price: 99, direction: -1, moves: 2 });
    book.apply(update(3, 99));
    expect(shown()).toMatchObject({ price: 99, direction: -1, moves: 2 });
  });

  it('does not take for a move what is replayed', () => {
    book.apply(update(-2, 98, { replay: true }));
    book.apply(update(-1, 100, { replay: true }));
    expect(shown()).toMatchObject({ price: 100, direction: 0, moves: 0 });
    book.apply(update(0, 101));
    expect(shown()).toMatchObject({ price: 101, direction: 1, moves: 1 });
  });

  it('tells its listeners five times a second at most, however many messages come', () => {
    let told = 0;
    book.quote('AAPL').subscribe(() => told++);
    for (let i = 0; i < 1000; i++) {
      book.apply(update(i / 500, 100 + (i % 7)));
      vi.advanceTimersByTime(2);
    }
    vi.advanceTimersByTime(200);
    expect(told).toBeGreaterThanOrEqual(9);
    expect(told).toBeLessThanOrEqual(11);
  });

  it('tells nobody while the page is hidden, and once when it is seen again', () => {
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    let told = 0;
    book.quote('AAPL').subscribe(() => told++);
    for (let i = 0; i < 50; i++) {
      book.apply(update(i, 100 + i));
      vi.advanceTimersByTime(1000);
    }
    expect(told).toBe(0);
    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event('visibilitychange'));
    vi.advanceTimersByTime(200);
    expect(told).toBe(1);
    expect(book.quote('AAPL').get()?.price).toBe(149);
  });

  it('does not count twice what comes again by replay, snapshot or poll', () => {
    book.apply(update(0, 100, {}, { volume: 1000 }));
    book.apply(update(1, 101, {}, { volume: 1500 }));
    for (const again of [{ replay: true }, { snapshot: true }, { polled: true }]) {
      book.apply(update(1, 101, again, { volume: 1500 }));
      book.apply(update(0, 100, again, { volume: 1000 }));
    }
    expect(shown()).toMatchObject({ price: 101, moves: 1 });
    expect(book.instrument('AAPL')?.candles['5s'].candles).toEqual([
      { start: NOON, open: 100, high: 101, low: 100, close: 101, volume: 500 },
    ]);
  });

  it('dates what was known before it came', () => {
    book.apply(update(-300, 100, { snapshot: true, timestamp: at(0) }));
    expect(shown()?.heardAt).toBe(NOON - 300_000);
    vi.setSystemTime(NOON + 60_000);
    book.apply(update(-1000, 101, { timestamp: at(50) }));
    expect(shown()?.heardAt).toBe(NOON + 60_000);
  });

  it('computes the change when the publisher does not give it', () => {
    book.apply(update(0, 110, {}, { prev_close: 100 }));
    expect(shown()).toMatchObject({ change: 10, changePercent: 10 });
    book.apply(update(1, 110, {}, { prev_close: 100, change: 9, change_pct: 8 }));
    expect(shown()).toMatchObject({ change: 9, changePercent: 8 });
  });

  it('leaves out what has no price, and what is not watched', () => {
    book.apply({ type: 'update', data: [{ symbol: 'AAPL' }, { price: 1 }, 7, null] });
    book.apply({ type: 'update', data: [{ symbol: 'MSFT', price: 1 }] });
    book.apply({ type: 'update', data: 'nonsense' });
    expect(shown()).toBeUndefined();
    expect(book.instrument('MSFT')).toBeUndefined();
  });

  it('forgets a symbol that is watched no longer', () => {
    book.apply(update(0, 100));
    expect(shown()).toBeDefined();
    book.watch(['MSFT']);
    expect(book.quote('AAPL').get()).toBeUndefined();
    expect(book.instrument('AAPL')).toBeUndefined();
  });

  it('takes symbols in lower case for the same', () => {
    book.apply({ type: 'update', data: [{ symbol: 'aapl', price: 5 }] });
    expect(shown()?.price).toBe(5);
  });
});
