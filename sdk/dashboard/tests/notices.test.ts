/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import { describe, expect, it } from 'vitest';
import { NoticeBook, NOTICES_MAX, unread } from '../src/data/notices.ts';
import { otherTab } from './other-tab.ts';

const OPENED = Date.parse('2026-03-02T12:00:00Z');

function notice(id: number, more: Partial<Message> = {}, item = {}): Message {
  const timestamp = new Date(OPENED + id * 1000).toISOString();
  const data = {
    id: `e:${id}`,
    type: 'success',
    title: `T${id}`,
    message: 'M',
    timestamp,
    ...item,
  };
  return { type: 'notification', data, timestamp, offset: id, epoch: 'e', ...more };
}

const ids = (book: NoticeBook) => book.get().map((each) => each.id);

describe('notifications', () => {
  it('are kept newest first, whatever the order in which they come', () => {
    const book = new NoticeBook('u', OPENED);
    for (const id of [2, 1, 3]) book.apply(notice(id));
    expect(ids(book)).toEqual(['e:3', 'e:2', 'e:1']);
  });

  it('are kept once', () => {
    const book = new NoticeBook('u', OPENED);
    expect(book.apply(notice(1))).not.toBeNull();
    expect(book.apply(notice(1, { replay: true }))).toBeNull();
    expect(book.get()).toHaveLength(1);
  });

  it('are announced when they have just happened, also during an outage, but not those of the past', () => {
    const book = new NoticeBook('u', OPENED);
    expect(book.apply(notice(-60, { replay: true }))).toBeNull();
    expect(book.apply(notice(-50, { polled: true }))).toBeNull();
    expect(book.apply(notice(5))?.title).toBe('T5');
    expect(book.apply(notice(6, { polled: true }))?.title).toBe('T6');
    expect(book.apply(notice(7, { replay: true }))?.title).toBe('T7');
    expect(book.get()).toHaveLength(5);
  });

  it('count as unread until they are marked, one or all', () => {
    const book = new NoticeBook('u', OPENED);
    for (const id of [1, 2, 3]) book.apply(notice(id));
    expect(unread(book.get())).toBe(3);
    book.markRead('e:2');
    expect(unread(book.get())).toBe(2);
    expect(book.get().find((each) => each.id === 'e:2')?.read).toBe(true);
    book.markAllRead();
    expect(unread(book.get())).toBe(0);
  });

  it('stay read and cleared on the next page load', () => {
    const book = new NoticeBook('u', OPENED);
    book.apply(notice(1));
    book.clear();
    expect(book.get()).toEqual([]);
    book.apply(notice(2));
    book.markRead('e:2');

    const again = new NoticeBook('u', OPENED);
    for (const id of [1, 2, 3]) again.apply(notice(id, { replay: true }));
    expect(ids(again)).toEqual(['e:3', 'e:2']);
    expect(unread(again.get())).toBe(1);
  });

  it('that another tab has read or cleared are so here', () => {
    const book = new NoticeBook('u', OPENED);
    for (const id of [1, 2, 3]) book.apply(notice(id));
    otherTab('sentio.read.u', ['e:1']);
    expect(unread(book.get())).toBe(2);
    otherTab('sentio.cleared.u', ['e:1', 'e:2']);
    expect(ids(book)).toEqual(['e:3']);
    book.markAllRead();
    expect(localStorage.getItem('sentio.read.u')).toBe('["e:1","e:3"]');
  });

  it('of one user are not those of another', () => {
    const book = new NoticeBook('u', OPENED);
    book.apply(notice(1));
    book.markAllRead();
    book.reset('v');
    expect(book.get()).toEqual([]);
    book.apply(notice(1));
    expect(unread(book.get())).toBe(1);
  });

  it('are bounded', () => {
    const book = new NoticeBook('u', OPENED);
    for (let id = 0; id < NOTICES_MAX + 50; id++) book.apply(notice(id));
    expect(book.get()).toHaveLength(NOTICES_MAX);
    expect(book.get()[0]?.id).toBe(`e:${NOTICES_MAX + 49}`);
  });

  it('need neither a title nor a known type nor an id', () => {
    const book = new NoticeBook('u', OPENED);
    book.apply({
      type: 'notification',
      data: { type: 'odd', message: 'Only text' },
      offset: 4,
      epoch: 'e',
    });
    expect(book.get()[0]).toMatchObject({
      id: 'e:4',
      tone: 'info',
      title: 'Only text',
      message: '',
    });
    book.apply({ type: 'notification', data: 'nonsense' });
    expect(book.get()).toHaveLength(1);
  });
});
