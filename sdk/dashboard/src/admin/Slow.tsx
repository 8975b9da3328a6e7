/* SPDX-License-Identifier: MIT */
import { ClientTable } from './ClientTable.tsx';
import { useAdmin } from './context.ts';
import { Problem } from '../ui/Problem.tsx';
import { Stat } from './Stat.tsx';
import type { ClientState, HostState } from './types.ts';
import { exact, rounded } from './units.ts';
import { useKick } from './use-kick.tsx';
import { usePoll } from './use-poll.ts';

const MOST = 100;

function fullestFirst(clients: readonly ClientState[]): ClientState[] {
  const share = (client: ClientState) => client.outbox_bytes / Math.max(1, client.outbox_limit);
  return [...clients].sort((a, b) => share(b) - share(a));
}

/** Subscribers that do not read as fast as is published, and what became of their messages. */
export function Slow({ host }: { host: HostState | null }) {
  const { api } = useAdmin();
  const slow = usePoll('slow', (signal) => api.clients({ slow: true, limit: MOST }, signal));
  const kick = useKick(slow.refresh);
  return (
    <>
      {host && <SlowFigures host={host} />}
      <section className="card" aria-labelledby="admin-slow">
        <div className="card__head">
          <h2 id="admin-slow">Slow subscribers</h2>
          {slow.value && <span className="muted">{exact(slow.value.total)}</span>}
        </div>
        <Problem text={slow.error} stale={slow.value !== null} />
        {kick.notice}
        {slow.value && (
          <ClientTable
            clients={fullestFirst(slow.value.clients)}
            now={slow.value.timestamp}
            onKick={kick.ask}
          />
        )}
        {slow.value?.clients.length === 0 && (
          <p className="card__body muted">Every subscriber keeps up.</p>
        )}
        {kick.dialog}
      </section>
    </>
  );
}

function SlowFigures({ host: { totals, rates } }: { host: HostState }) {
  return (
    <dl className="admin-stats">
      <Stat
        name="Conflated"
        value={exact(totals.conflated)}
        note={`${rounded(rates.conflated)}/s: only the newest of each key was sent`}
      />
      <Stat
        name="Dropped"
        value={exact(totals.dropped)}
        note={`${rounded(rates.dropped)}/s: the oldest were left out`}
      />
      <Stat
        name="Closed as too slow"
        value={exact(totals.slow_closed)}
        note={`${rounded(rates.slow_closed)}/s: with 4101, to recover by offset`}
      />
    </dl>
  );
}
