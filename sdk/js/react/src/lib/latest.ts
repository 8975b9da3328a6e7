/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import type { AdminData, Earnings } from '../types';

export function takeEarnings(
  latest: Earnings | undefined,
  { data }: Message,
): Earnings | undefined {
  return (data as Earnings | undefined) ?? latest;
}

/** The latest data of each kind; the kind is the type without `admin_`. */
export function takeKind(
  kinds: AdminData | undefined,
  { type, data }: Message,
): AdminData | undefined {
  return data ? { ...kinds, [type.slice(6)]: data as Record<string, unknown> } : kinds;
}
