/* SPDX-License-Identifier: MIT */
import type { ReactNode } from 'react';

export type Tone = 'neutral' | 'ok' | 'warn' | 'error' | 'accent';

interface BadgeProps {
  tone?: Tone;
  title?: string;
  children: ReactNode;
}

/** A short word on a coloured ground; the word alone must say it. */
export function Badge({ tone = 'neutral', title, children }: BadgeProps) {
  return (
    <span className={tone === 'neutral' ? 'badge' : `badge badge--${tone}`} title={title}>
      {children}
    </span>
  );
}
