/* SPDX-License-Identifier: MIT */
import { useMemo, useState, useSyncExternalStore } from 'react';
import { useAdmin } from './context.ts';
import { Problem } from '../ui/Problem.tsx';
import { TraceControls } from './TraceControls.tsx';
import { TraceFilter } from './TraceFilter.tsx';
import { TraceList } from './TraceList.tsx';
import { filterLines } from './trace-lines.ts';
import { TRACE_LINES, type TraceView } from './trace-session.ts';
import { exact } from './units.ts';

/** What goes through a channel, or to and from a client, as it happens. */
export function Trace() {
  const { trace } = useAdmin();
  const view = useSyncExternalStore(trace.subscribe, trace.view);
  const [words, setWords] = useState('');
  const [kind, setKind] = useState('');
  const lines = useMemo(() => filterLines(view.lines, words, kind), [view.lines, words, kind]);
  return (
    <section className="card" aria-labelledby="admin-trace">
      <div className="card__head">
        <h2 id="admin-trace">Live trace</h2>
        <Phase view={view} />
        <TraceControls view={view} />
      </div>
      <Problem text={view.error} />
      <TraceFilter words={words} onWords={setWords} kind={kind} onKind={setKind} />
      <Notes view={view} shown={lines.length} />
      {lines.length > 0 ? (
        <TraceList lines={lines} />
      ) : (
        <p className="card__body muted">{emptyText(view)}</p>
      )}
    </section>
  );
}

function emptyText({ phase, lines }: TraceView): string {
  if (lines.length > 0) return 'No line has that in it.';
  return phase === 'idle'
    ? 'Choose a channel or a client, and start.'
    : 'Nothing has happened yet.';
}

function Phase({ view }: { view: TraceView }) {
  const classes = { idle: 'badge', connecting: 'badge badge--warn', live: 'badge badge--ok' };
  const texts = { idle: 'stopped', connecting: 'connecting…', live: 'live' };
  const paused = view.paused && view.phase !== 'idle';
  return (
    <span role="status" className={paused ? 'badge badge--warn' : classes[view.phase]}>
      {paused ? 'paused' : texts[view.phase]}
    </span>
  );
}

/** How much of what happened is to be seen. */
function Notes({ view, shown }: { view: TraceView; shown: number }) {
  if (view.lines.length === 0) return null;
  return (
    <p className="admin-trace__notes muted">
      {exact(shown)} of {exact(view.lines.length)} lines
      {view.lines.length === TRACE_LINES && ' (older ones are gone)'}
      {view.paused && `, ${exact(view.waiting)} more since the pause`}
      {view.missed > 0 && <strong className="admin-warn">, missed {exact(view.missed)}</strong>}
    </p>
  );
}
