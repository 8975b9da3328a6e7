/* SPDX-License-Identifier: MIT */
import { minus, topicOf, type Topics } from './topics';
import type { Message } from './types';

/** So many events are kept for those who come late. */
export const KEPT = 100;

/** The id of an event, such as a notification; undefined: the message is state. */
export function idOf(message: Message): string | undefined {
  return (message.data as { id?: string } | null)?.id;
}

export type Known = readonly [
  /** Takes note of a message; false: it is an event that has been there. */
  add: (message: Message) => boolean,
  /** All that is known, as snapshots. */
  recall: () => Message[],
  /** Forgets the items of all other topics. */
  keep: (topics: Topics) => void,
  /** Forgets the state; events stay true. */
  clear: () => void,
];

/** The latest item of each symbol, the latest object of each type, and the last events. */
export function createKnown(): Known {
  const items = new Map<string, unknown>();
  const objects = new Map<string, Message>();
  let envelope: Message;

  function add(message: Message): boolean {
    const { type, data } = message;
    if (Array.isArray(data)) {
      envelope = message;
      for (const item of data) if (topicOf(item)) items.set(topicOf(item), item);
      return true;
    }
    const id = idOf(message);
    const before = id && objects.get(id);
    // REST, or the backlog of another connection, may bring it once more.
    if (before && JSON.stringify(before.data) === JSON.stringify(data)) return false;
    objects.set(id ?? type, message);
    if (objects.size > KEPT) objects.delete(objects.keys().next().value!);
    return true;
  }

  function recall(): Message[] {
    const all = [...objects.values()];
    if (items.size) all.push({ ...envelope, data: [...items.values()] });
    return all.map((message) => ({ ...message, snapshot: true }));
  }

  function keep(topics: Topics): void {
    minus(items.keys(), topics).forEach((topic) => items.delete(topic));
  }

  function clear(): void {
    items.clear();
    objects.forEach((message, key) => idOf(message) ?? objects.delete(key));
  }

  return [add, recall, keep, clear];
}
