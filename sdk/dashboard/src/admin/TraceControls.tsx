/* SPDX-License-Identifier: MIT */
import { useState, type FormEvent } from 'react';
import { ChannelSelect } from './ChannelSelect.tsx';
import { useAdmin } from './context.ts';
import { toJsonLines } from './trace-lines.ts';
import type { TraceView } from './trace-session.ts';
import type { TraceTarget } from './types.ts';

function parts(target: TraceTarget | null) {
  return {
    what: target && 'client' in target ? ('client' as const) : ('channel' as const),
    channel: target && 'channel' in target ? target.channel : '',
    client: target && 'client' in target ? target.client : '',
  };
}

/** What is traced, and the trace's buttons. */
export function TraceControls({ view }: { view: TraceView }) {
  const { trace } = useAdmin();
  const [wanted, setWanted] = useState(() => parts(view.target));
  const target =
    wanted.what === 'client' ? { client: wanted.client.trim() } : { channel: wanted.channel };
  const named = Object.values(target).every(Boolean);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (view.phase !== 'idle') trace.stop();
    else if (named) trace.start(target);
  };

  return (
    <form className="card__actions" aria-label="Trace" onSubmit={submit}>
      <select
        className="select"
        aria-label="Trace what"
        value={wanted.what}
        onChange={(event) =>
          setWanted({ ...wanted, what: event.target.value === 'client' ? 'client' : 'channel' })
        }
      >
        <option value="channel">Channel</option>
        <option value="client">Client</option>
      </select>
      {wanted.what === 'channel' ? (
        <ChannelSelect
          label="Traced channel"
          any="Choose…"
          value={wanted.channel}
          onChange={(channel) => setWanted({ ...wanted, channel })}
        />
      ) : (
        <input
          className="input"
          aria-label="Traced client"
          placeholder="Id of a client"
          spellCheck={false}
          value={wanted.client}
          onChange={(event) => setWanted({ ...wanted, client: event.target.value })}
        />
      )}
      <button
        type="submit"
        className={view.phase === 'idle' ? 'button button--primary' : 'button'}
        disabled={view.phase === 'idle' && !named}
      >
        {view.phase === 'idle' ? 'Start' : 'Stop'}
      </button>
      <TraceButtons view={view} />
    </form>
  );
}

function TraceButtons({ view }: { view: TraceView }) {
  const { trace } = useAdmin();
  const empty = view.lines.length === 0;
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={view.phase === 'idle' && !view.paused}
        aria-pressed={view.paused}
        onClick={() => (view.paused ? trace.resume() : trace.pause())}
      >
        {view.paused ? 'Resume' : 'Pause'}
      </button>
      <button type="button" className="button" disabled={empty} onClick={() => trace.clear()}>
        Clear
      </button>
      <button
        type="button"
        className="button"
        disabled={empty}
        onClick={() => download(toJsonLines(view.lines))}
      >
        Download
      </button>
    </>
  );
}

function download(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `trace-${new Date().toISOString().replaceAll(':', '')}.jsonl`;
  link.click();
  URL.revokeObjectURL(address);
}
