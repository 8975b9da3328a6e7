/* SPDX-License-Identifier: MIT */
import type { Message } from './types';

const SYMBOL = /^[A-Z0-9.^=:_/-]{1,32}$/;

/** Everything, among topics. */
export const ALL = '*';

export type Topics = ReadonlySet<string>;

/** Symbols as the host has them. What is no symbol is told: the host would refuse all for its sake. */
export function toTopics(
  symbols: readonly string[] = [],
  complain?: (error: Error) => void,
): Topics {
  const topics = symbols.map((symbol) => symbol.toUpperCase());
  return new Set(
    topics.filter((topic) => {
      const good = topic === ALL || SYMBOL.test(topic);
      if (!good) complain?.(new Error(`"${topic}" is no symbol`));
      return good;
    }),
  );
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
  if (data.length === items.length) return message;
  return data.length ? { ...message, data } : null;
}
