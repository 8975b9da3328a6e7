/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import type { Notification } from '../types';

/** Newest first, each once. What was cleared does not come again: the client drops what it has seen. */
export interface Inbox {
  readonly list: readonly Notification[];
  /** The offset of the newest one, also of one that was cleared. */
  readonly offset: number;
}

/** So many are kept. */
const KEPT = 1000;

export function takeNotification(inbox: Inbox | null, message: Message): Inbox | null {
  const { type, data, offset = 0 } = message;
  if (type !== 'notification') return inbox;
  const item = { ...(data as Notification), read: false };
  const others = (inbox?.list ?? []).filter(({ id }) => id !== item.id);
  return { list: [item, ...others].slice(0, KEPT), offset };
}
