/* SPDX-License-Identifier: MIT */
import type { Status } from '@sentio/client';

export type ConnectionPhase = 'live' | 'polling' | 'connecting' | 'waiting' | 'stopped';

/** One channel's connection, and whether REST has answered since it was last live. */
export interface Link {
  readonly channel: string;
  readonly status: Status;
  readonly polled: boolean;
}

/** All of them as one. */
export interface Connection {
  readonly phase: ConnectionPhase;
  /** When the first of the next attempts is due, in milliseconds since 1970. */
  readonly retryAt: number | null;
  readonly reason: string | null;
}

/** The state of one channel. */
export function phaseOf({ status, polled }: Link): ConnectionPhase {
  if (status.phase === 'live') return 'live';
  if (polled) return 'polling';
  return status.phase === 'idle' ? 'connecting' : status.phase;
}

const WORST_FIRST: readonly ConnectionPhase[] = ['stopped', 'waiting', 'polling', 'connecting'];

/** The worst of all states is that of the whole. */
export function summary(links: readonly Link[]): Connection {
  const phases = links.map(phaseOf);
  // REST that answers for one channel is up for those too that had nothing to say.
  const polling = phases.includes('polling');
  const worst = WORST_FIRST.find((phase) => phases.includes(phase)) ?? 'live';
  const phase = polling && worst === 'waiting' ? 'polling' : worst;
  const due = links.map((link) => link.status.retryAt).filter((at): at is number => at !== null);
  const bad = links.filter((link) => link.status.reason !== null);
  const culprit = bad.find((link) => phaseOf(link) === worst) ?? bad[0];
  return {
    phase: links.length === 0 ? 'connecting' : phase,
    retryAt: due.length > 0 ? Math.min(...due) : null,
    reason: culprit?.status.reason ?? null,
  };
}
