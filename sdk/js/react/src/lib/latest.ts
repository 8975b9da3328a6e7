/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import type { AdminData, Earnings } from '../types';

export function takeEarnings(latest: Earnings | null, { data }: Message): Earnings | null {
  return (data as Earnings | undefined) ?? latest;
}

/** The latest data of each kind; the kind is the type without `admin_`. */
export function takeKind(kinds: AdminData | null, { type, data }: Message): AdminData | null {
  return data ? { ...kinds, [type.slice(6)]: data as Record<string, unknown> } : kinds;
}
