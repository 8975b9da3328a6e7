/* SPDX-License-Identifier: MIT */
import type { Message } from './types';

const SYMBOL = /^[A-Z0-9.^=:_/-]{1,32}$/;

/** Everything, among topics. */
export const ALL = '*';

/** Symbols as the host has them. What is no symbol is told: the host would refuse all for its sake. */
export function toTopics(
  symbols: readonly string[],
  complain: (error: Error) => void,
): Set<string> {
  const topics = new Set<string>();
  for (const symbol of symbols) {
    const topic = symbol.toUpperCase();
    if (topic === ALL || SYMBOL.test(topic)) topics.add(topic);
    else complain(new Error(`"${symbol}" is not a symbol`));
  }
  return topics;
}

export function has(topics: ReadonlySet<string>, topic: string): boolean {
  return topics.has(ALL) || topics.has(topic);
}

/** The topic of an item of an array; null: it has none, and is everybody's. */
export function topicOf(item: unknown): string | null {
  const symbol = (item as { symbol?: unknown } | null)?.symbol;
  return typeof symbol === 'string' ? symbol.toUpperCase() : null;
}

/** The message with just those items that are of these topics; null: none is. */
export function reduce(message: Message, topics: ReadonlySet<string>): Message | null {
  const items = message.data;
  if (!Array.isArray(items)) return message;
  const data = items.filter((item) => {
    const topic = topicOf(item);
    return topic === null || has(topics, topic);
  });
  if (data.length === items.length) return message;
  return data.length > 0 ? { ...message, data } : null;
}

/** What is of the one and of the other. */
export function both(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  if (one.has(ALL)) return other;
  return new Set([...one].filter((topic) => has(other, topic)));
}

/** What is of the one, and not of the other. */
export function minus(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
  return [...one].filter((topic) => !has(other, topic));
}
