/* SPDX-License-Identifier: MIT */
import { has, topicOf } from './topics';
import type { Message } from './types';

/** So many messages with an id, such as notifications, are kept for those who come late. */
export const KEPT = 100;

export interface Known {
  /** Takes note of a message; what remains of it that is new, null: nothing. */
  add(message: Message): Message | null;
  /** The messages, as snapshots, for who has these topics now and had none of it before. */
  recall(topics: ReadonlySet<string>): Message[];
  /** Forgets the items of topics that nobody has any more. */
  keep(topics: ReadonlySet<string>): void;
  /** Forgets the state. Messages with an id are events: they stay true. */
  clear(): void;
}

/** The id of an event, such as a notification; null: the message is state. */
export function idOf(message: Message): string | null {
  const id = (message.data as { id?: unknown } | null | undefined)?.id;
  return id === undefined || id === null ? null : String(id);
}

/** The latest item of each key: of each symbol of arrays, of each type, of each id. */
export function createKnown(): Known {
  const items = new Map<string, unknown>();
  const events = new Map<string, Message>();
  const states = new Map<string, Message>();
  let envelope: Message | null = null;

  const same = (one: unknown, other: unknown): boolean =>
    JSON.stringify(one) === JSON.stringify(other);

  function addItems(message: Message, data: unknown[]): Message | null {
    envelope = message;
    const fresh = data.filter((item) => {
      const topic = topicOf(item);
      // What REST answers is all that there is, news or not.
      const old = topic !== null && message.polled && same(items.get(topic), item);
      if (topic !== null) items.set(topic, item);
      return !old;
    });
    if (fresh.length === data.length) return message;
    return fresh.length > 0 ? { ...message, data: fresh } : null;
  }

  return {
    add(message) {
      const { data } = message;
      if (Array.isArray(data)) return addItems(message, data);
      const id = idOf(message);
      const [map, key] = id === null ? [states, message.type] : [events, id];
      const before = map.get(key);
      if (before && (id !== null || message.polled) && same(before.data, data)) return null;
      map.set(key, message);
      if (events.size > KEPT) events.delete(events.keys().next().value!);
      return message;
    },
    recall(topics) {
      const all = [...states.values(), ...events.values()];
      const data = [...items].filter(([topic]) => has(topics, topic)).map(([, item]) => item);
      if (envelope && data.length > 0) all.push({ ...envelope, data });
      return all.map(({ type, data, timestamp, offset, epoch }) => {
        return { type, data, timestamp, offset, epoch, snapshot: true } as Message;
      });
    },
    keep(topics) {
      for (const topic of items.keys()) if (!has(topics, topic)) items.delete(topic);
    },
    clear() {
      items.clear();
      states.clear();
    },
  };
}
