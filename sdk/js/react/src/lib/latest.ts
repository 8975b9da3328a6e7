/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import type { AdminData, Earnings } from '../types';

export function takeEarnings(latest: Earnings | null, { type, data }: Message): Earnings | null {
  return type === 'earnings' ? (data as Earnings) : latest;
}

/** The latest data of each kind; the kind is the type without `admin_`. */
export function takeKind(kinds: AdminData | null, { type, data }: Message): AdminData | null {
  const [, kind] = /^admin_(.*)/.exec(type) ?? [];
  return kind ? { ...kinds, [kind]: data as Record<string, unknown> } : kinds;
}
