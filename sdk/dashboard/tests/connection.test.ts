/* SPDX-License-Identifier: MIT */
// @vitest-environment node
import type { Status } from '@sentio/client';
import { describe, expect, it } from 'vitest';
import { phaseOf, summary, type Link } from '../src/data/connection.ts';

function link(phase: Status['phase'], more: Partial<Status> = {}, polled = false): Link {
  const status: Status = {
    phase,
    isConnected: phase === 'live',
    polling: polled,
    attempt: 0,
    retryAt: null,
    code: null,
    reason: null,
    receivedAt: null,
    ...more,
  };
  return { channel: 'market-data', status, polled };
}

describe('the state of the connection', () => {
  it('is live when every channel is', () => {
    expect(summary([link('live'), link('live')]).phase).toBe('live');
    expect(summary([]).phase).toBe('connecting');
  });

  it('is that of the worst', () => {
    expect(summary([link('live'), link('connecting')]).phase).toBe('connecting');
    expect(summary([link('connecting'), link('waiting')]).phase).toBe('waiting');
    expect(summary([link('waiting'), link('stopped')]).phase).toBe('stopped');
  });

  it('says when the first attempt is due, and the reason of the worst', () => {
    const links = [
      link('live'),
      link('waiting', { retryAt: 5000, reason: 'lost' }),
      link('waiting', { retryAt: 3000, reason: 'lost too' }),
    ];
    expect(summary(links)).toEqual({ phase: 'waiting', retryAt: 3000, reason: 'lost' });
    const refused = link('stopped', { reason: 'kicked' });
    expect(summary([...links, refused]).reason).toBe('kicked');
  });

  it('is polling once REST has answered, and not before', () => {
    expect(phaseOf(link('waiting', { polling: true }))).toBe('waiting');
    expect(phaseOf(link('waiting', {}, true))).toBe('polling');
    // A channel with nothing to say is answered too.
    expect(summary([link('waiting', {}, true), link('waiting')]).phase).toBe('polling');
  });
});
