/* SPDX-License-Identifier: MIT */
import { useState } from 'react';
import { ClientFilter, type Wanted } from './ClientFilter.tsx';
import { ClientTable } from './ClientTable.tsx';
import { useAdmin } from './context.ts';
import { Pager } from './Pager.tsx';
import { Problem } from '../ui/Problem.tsx';
import type { ClientQuery } from './types.ts';
import { exact } from './units.ts';
import { useDebounced } from './use-debounced.ts';
import { useKick } from './use-kick.tsx';
import { usePoll } from './use-poll.ts';

const PAGE = 50;

/** Who is connected: searched, paged, and closed one by one. */
export function Clients() {
  const { api } = useAdmin();
  const [wanted, setWanted] = useState<Wanted>({ channel: '', user: '', slow: false });
  // Where each page begins; the last is the one that is shown.
  const [starts, setStarts] = useState<readonly (string | null)[]>([null]);
  const user = useDebounced(wanted.user.trim(), 250);
  const after = starts.at(-1);
  const query: ClientQuery = { ...wanted, user, limit: PAGE, ...(after ? { after } : {}) };
  const clients = usePoll(JSON.stringify(query), (signal) => api.clients(query, signal), true);
  const kick = useKick(clients.refresh);
  const page = clients.value;

  const change = (next: Wanted) => {
    setWanted(next);
    setStarts([null]);
  };

  return (
    <section className="card" aria-labelledby="admin-clients">
      <div className="card__head">
        <h2 id="admin-clients">Clients</h2>
        {page && (
          <span className="muted">
            {exact(page.count)} of {exact(page.total)}
          </span>
        )}
        <ClientFilter wanted={wanted} onChange={change} />
      </div>
      <Problem text={clients.error} stale={page !== null} />
      {kick.notice}
      {page && <ClientTable clients={page.clients} now={page.timestamp} onKick={kick.ask} />}
      {page?.clients.length === 0 && <p className="card__body muted">No client is like that.</p>}
      <Pager
        number={starts.length}
        next={page?.next ?? null}
        onNext={(next) => setStarts([...starts, next])}
        onPrevious={() => setStarts(starts.slice(0, -1))}
      />
      {kick.dialog}
    </section>
  );
}
