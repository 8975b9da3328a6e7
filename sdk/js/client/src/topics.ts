/* SPDX-License-Identifier: MIT */
import type { Message } from './types';

/** Everything, among topics. */
export const ALL = '*';

export type Topics = ReadonlySet<string>;

/** What a subscriber wants who names these symbols: on most channels naming none means all. */
export function toTopics(channel: string, symbols: readonly string[] = []): Topics {
  const topics = symbols.map((symbol) => symbol.toUpperCase());
  return new Set(topics.length || channel === 'market-data' ? topics : [ALL]);
}

export function has(topics: Topics, topic: string): boolean {
  return topics.has(ALL) || topics.has(topic);
}

/** What is of the one, and not of the other. */
export function minus(one: Iterable<string>, other: Topics): string[] {
  return [...one].filter((topic) => !has(other, topic));
}

/** The topic of an item of an array; '': it has none, and is everybody's. */
export function topicOf(item: unknown): string {
  return String((item as { symbol?: unknown } | null)?.symbol ?? '').toUpperCase();
}

/** The message with just those items that are of these topics; null: none is. */
export function reduce(message: Message, topics: Topics): Message | null {
  const items = message.data;
  if (!Array.isArray(items)) return message;
  const data = items.filter((item) => !topicOf(item) || has(topics, topicOf(item)));
  return data.length ? { ...message, data } : null;
}
