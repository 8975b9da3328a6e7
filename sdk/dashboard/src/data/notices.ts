/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import { isFields, textIn, timeIn, type Fields } from './record.ts';
import { stored } from './stored.ts';
import { Value, type Readable } from './value.ts';

export type NoticeTone = 'info' | 'success' | 'warning' | 'error';

export interface Notice {
  readonly id: string;
  readonly tone: NoticeTone;
  readonly title: string;
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly read: boolean;
}

export const NOTICES_MAX = 200;
const TONES: readonly NoticeTone[] = ['info', 'success', 'warning', 'error'];

function toneOf(fields: Fields): NoticeTone {
  return TONES.find((tone) => tone === fields['type']) ?? 'info';
}

function parse(message: Message, fields: Fields, now: number): Omit<Notice, 'read'> {
  const at = timeIn(fields, 'timestamp') ?? timeIn(message, 'timestamp') ?? now;
  const text = textIn(fields, 'message') ?? '';
  const named = fields['id'] ?? `${message.epoch ?? 'x'}:${message.offset ?? at}`;
  return {
    id: String(named),
    tone: toneOf(fields),
    title: textIn(fields, 'title') ?? (text || 'Notification'),
    message: textIn(fields, 'title') === null ? '' : text,
    at,
  };
}

const texts = (found: unknown): readonly string[] =>
  Array.isArray(found) ? found.filter((id) => typeof id === 'string') : [];

/**
 * One user's notifications, newest first, at most 200. Which have been read and which cleared is
 * kept in localStorage, so that those that the host sends again stay so.
 */
export class NoticeBook implements Readable<readonly Notice[]> {
  readonly #notices = new Value<readonly Notice[]>([]);
  #read: Value<readonly string[]>;
  #cleared: Value<readonly string[]>;
  readonly #openedAt: number;

  get = this.#notices.get;
  subscribe = this.#notices.subscribe;

  /** Those from before `openedAt` are not announced when they come again. */
  constructor(userId: string, openedAt = Date.now()) {
    this.#openedAt = openedAt;
    this.#read = this.#kept('read', userId);
    this.#cleared = this.#kept('cleared', userId);
  }

  /** A message of the channel notifications; answers what is new in it, if it has just happened. */
  apply(message: Message, now = Date.now()): Notice | null {
    if (!isFields(message.data)) return null;
    const found = parse(message, message.data, now);
    if (this.#cleared.get().includes(found.id)) return null;
    if (this.get().some((notice) => notice.id === found.id)) return null;
    const notice = { ...found, read: this.#read.get().includes(found.id) };
    this.#insert(notice);
    const again = message.replay === true || message.snapshot === true || message.polled === true;
    return notice.read || (again && notice.at < this.#openedAt) ? null : notice;
  }

  markRead(id: string): void {
    this.#mark((notice) => notice.id === id);
  }

  markAllRead(): void {
    this.#mark(() => true);
  }

  /** They do not come back. */
  clear(): void {
    this.#remember(this.#cleared, this.get());
  }

  /** For another user. */
  reset(userId: string): void {
    this.#notices.set([]);
    this.#read = this.#kept('read', userId);
    this.#cleared = this.#kept('cleared', userId);
  }

  #kept(what: 'read' | 'cleared', userId: string): Value<readonly string[]> {
    const ids = stored(`sentio.${what}.${userId}`, texts);
    ids.subscribe(this.#review);
    return ids;
  }

  /** Some were read or cleared, here or in another tab. */
  #review = (): void => {
    const read = new Set(this.#read.get());
    const cleared = new Set(this.#cleared.get());
    this.#notices.update((notices) =>
      notices
        .filter((notice) => !cleared.has(notice.id))
        .map((notice) =>
          !notice.read && read.has(notice.id) ? { ...notice, read: true } : notice,
        ),
    );
  };

  #insert(notice: Notice): void {
    this.#notices.update((notices) => {
      const older = notices.findIndex((other) => other.at <= notice.at);
      return notices.toSpliced(older < 0 ? notices.length : older, 0, notice).slice(0, NOTICES_MAX);
    });
  }

  #mark(which: (notice: Notice) => boolean): void {
    const marked = this.get().filter((notice) => !notice.read && which(notice));
    if (marked.length > 0) this.#remember(this.#read, marked);
  }

  /** The newest of them: what the host still has is bounded too. */
  #remember(list: Value<readonly string[]>, notices: readonly Notice[]): void {
    list.update((ids) => [...ids, ...notices.map((notice) => notice.id)].slice(-2 * NOTICES_MAX));
  }
}

/** How many have not been read. */
export function unread(notices: readonly Notice[]): number {
  return notices.filter((notice) => !notice.read).length;
}
