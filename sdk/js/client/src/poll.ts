/* SPDX-License-Identifier: MIT */
import { KEPT } from './known';
import type { Plan } from './plan';
import { readToken } from './token';
import { ALL, type Topics } from './topics';
import type { Message } from './types';

/** Where these are; all others are under `dashboard/`. */
const PATHS: Record<string, string> = { 'market-data': 'market/quotes', admin: 'admin' };

interface Signal {
  signal: string;
  confidence: number;
}

/** What REST answers, beside its place and time. */
interface Content {
  signals?: Signal[];
  quotes?: object;
  notifications?: object[];
  detail?: string;
}

/** The type of each message that the answer stands for, and its data. */
function read(plan: Plan, content: Content): [type: string, data: unknown][] {
  const { signals, quotes, notifications } = content;
  const { channel, signals: wanted, minConfidence = 0 } = plan;
  if (notifications) return notifications.map((data) => ['notification', data]);
  if (quotes) return [['quotes', Object.values(quotes)]];
  if (signals) {
    const passing = signals.filter((item) => {
      return item.confidence >= minConfidence && (wanted ?? item.signal).includes(item.signal);
    });
    return [['trade_signals', passing]];
  }
  if (channel !== 'admin') return [[channel, content]];
  return Object.entries(content).map(([kind, data]) => ['admin_' + kind, data]);
}

/** Asks REST for what a socket would have brought; nothing where it has no such route or no data. */
export async function ask(plan: Plan, topics: Topics): Promise<Message[]> {
  const { api, channel, userId } = plan;
  if (!topics.size) return [];
  const query = new URLSearchParams({ limit: '' + KEPT });
  if (!topics.has(ALL)) query.set('symbols', '' + [...topics]);
  if (userId) query.set('user_id', userId);
  const token = await readToken(plan.token);
  const path = PATHS[channel] ?? 'dashboard/' + channel;
  const response = await fetch(`${api}/api/v1/${path}?${query}`, {
    headers: token ? { Authorization: 'Bearer ' + token } : {},
  });
  // Nothing is known yet.
  if (response.status === 404) return [];
  const { offset, epoch, timestamp, ...content } = await response.json();
  if (!response.ok) throw new Error(content.detail);
  return read(plan, content).map(([type, data]) => {
    return { type, data, timestamp, offset, epoch, polled: true };
  });
}
