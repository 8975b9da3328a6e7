/* SPDX-License-Identifier: MIT */
import { useEffect, useId, useRef, useState, type RefObject } from 'react';
import { useClock } from '../data/clock.ts';
import { phaseOf, summary, type ConnectionPhase, type Link } from '../data/connection.ts';
import { useValue } from '../data/value.ts';
import { useSession } from '../session/context.ts';
import { ChevronIcon, RetryIcon } from '../ui/icons.tsx';

const NAMES: Readonly<Record<ConnectionPhase, string>> = {
  live: 'Live',
  polling: 'Polling',
  connecting: 'Connecting',
  waiting: 'Reconnecting',
  stopped: 'Not connected',
};

/** Whole seconds to go, never less than none; null: nothing is due. */
function useSecondsTo(at: number | null): number | null {
  const left = useClock((now) => (at === null ? -1 : Math.max(0, Math.ceil((at - now) / 1000))));
  return left < 0 ? null : left;
}

function Countdown({ at }: { at: number | null }) {
  const seconds = useSecondsTo(at);
  if (seconds === null) return null;
  // Read aloud each second it would drown everything else.
  return <span aria-hidden="true">{seconds > 0 ? ` in ${seconds} s` : ' now'}</span>;
}

function LinkRow({ link }: { link: Link }) {
  const phase = phaseOf(link);
  const { reason, attempt, retryAt } = link.status;
  return (
    <li className="links__row">
      <span className="dot" data-phase={phase} />
      <span className="links__name">{link.channel}</span>
      <span className="muted">
        {NAMES[phase]}
        {phase === 'waiting' && <Countdown at={retryAt} />}
        {attempt > 0 && phase !== 'live' && `, attempt ${attempt}`}
      </span>
      {reason !== null && <span className="links__reason muted">{reason}</span>}
    </li>
  );
}

/** Closes on Esc, and on a click anywhere else. */
function useDismissal(box: RefObject<HTMLElement | null>, open: boolean, close: () => void): void {
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') close();
    };
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) close();
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('pointerdown', onPointer);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('pointerdown', onPointer);
    };
  }, [box, open, close]);
}

/** The state of all connections in a word, with the reason and what comes next; more on a click. */
export function ConnectionStatus() {
  const { feeds } = useSession();
  const links = useValue(feeds);
  const { phase, retryAt, reason } = summary(links);
  const [open, setOpen] = useState(false);
  const [close] = useState(() => () => setOpen(false));
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useDismissal(box, open, close);
  const down = phase !== 'live';

  return (
    <div ref={box} className="connection">
      <div role="status" data-testid="connection" data-phase={phase} className="connection__state">
        <button
          type="button"
          className="connection__button"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          <span className="dot" data-phase={phase} />
          <span>
            {NAMES[phase]}
            {phase === 'waiting' && <Countdown at={retryAt} />}
          </span>
          <ChevronIcon size={12} />
        </button>
        {down && reason !== null && <span className="connection__reason muted">{reason}</span>}
      </div>
      {(phase === 'waiting' || phase === 'polling' || phase === 'stopped') && (
        <button type="button" className="button button--small" onClick={() => feeds.retry()}>
          <RetryIcon size={12} />
          Retry now
        </button>
      )}
      <div id={id} className="connection__panel card" hidden={!open}>
        <ul className="links">
          {links.map((link) => (
            <LinkRow key={link.channel} link={link} />
          ))}
        </ul>
        {phase === 'polling' && (
          <p className="links__note muted">
            Asking by REST every 30 seconds. The next attempt for a live connection is due
            <Countdown at={retryAt} />.
          </p>
        )}
      </div>
    </div>
  );
}
