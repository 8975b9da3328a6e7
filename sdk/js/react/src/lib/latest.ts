/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import type { AdminData, Earnings } from '../types';

export function takeEarnings(_: Earnings | undefined, { data }: Message): Earnings {
  return data as Earnings;
}

/** The latest data of each kind; the kind is the type without `admin_`. */
export function takeKind(kinds: AdminData | undefined, { type, data }: Message): AdminData {
  return { ...kinds, [type.slice(6)]: data as Record<string, unknown> };
}
