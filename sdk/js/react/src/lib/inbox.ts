/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import type { Notification } from '../types';

/** Newest first, each once. What was cleared does not come again: the client drops what it has seen. */
export type Inbox = readonly Notification[];

/** So many are kept. */
const KEPT = 1000;

export function takeNotification(inbox: Inbox = [], { data }: Message): Inbox {
  const item = { ...(data as Notification), read: false };
  return [item, ...inbox.filter(({ id }) => id !== item.id)].slice(0, KEPT);
}
