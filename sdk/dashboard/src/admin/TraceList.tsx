/* SPDX-License-Identifier: MIT */
import { memo, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { bytes } from '../ui/format.ts';
import { lineSubject, lineSummary, lineText } from './trace-lines.ts';
import type { TraceLine } from './trace-session.ts';
import { preciseClock } from './units.ts';

/** Pixels from the end within which the list still follows it. */
const NEAR = 24;

const MOVES: Record<string, (at: number, last: number) => number> = {
  ArrowUp: (at, last) => (at < 0 ? last : at - 1),
  ArrowDown: (at, last) => (at < 0 ? last : at + 1),
  PageUp: (at, last) => (at < 0 ? last : at - 10),
  PageDown: (at) => at + 10,
  Home: () => 0,
  End: (_at, last) => last,
};

/** Lines, the newest at the end, which it follows unless scrolled away; a chosen one is shown whole. */
export function TraceList({ lines }: { lines: readonly TraceLine[] }) {
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const [chosen, setChosen] = useState<TraceLine | null>(null);

  useLayoutEffect(() => {
    const element = list.current;
    if (element && follows.current) element.scrollTop = element.scrollHeight;
  }, [lines]);

  const onScroll = () => {
    const element = list.current;
    if (!element) return;
    follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return setChosen(null);
    const last = lines.length - 1;
    const at = lines.findIndex((line) => line.id === chosen?.id);
    const move = MOVES[event.key];
    const next = move && lines[Math.min(last, Math.max(0, move(at, last)))];
    if (!next) return;
    event.preventDefault();
    setChosen(next);
    document.getElementById(`trace-line-${next.id}`)?.scrollIntoView({ block: 'nearest' });
  };

  return (
    <div className="admin-trace" data-detail={chosen !== null}>
      <div
        ref={list}
        className="admin-trace__list"
        role="listbox"
        tabIndex={0}
        aria-label="Lines of the trace"
        {...(chosen && { 'aria-activedescendant': `trace-line-${chosen.id}` })}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        {lines.map((line) => (
          <Row key={line.id} line={line} chosen={line.id === chosen?.id} onChoose={setChosen} />
        ))}
      </div>
      {chosen && <Detail line={chosen} onClose={() => setChosen(null)} />}
    </div>
  );
}

interface RowProps {
  line: TraceLine;
  chosen: boolean;
  onChoose(line: TraceLine): void;
}

const Row = memo(function Row({ line, chosen, onChoose }: RowProps) {
  return (
    <div
      id={`trace-line-${line.id}`}
      className="admin-trace__line"
      role="option"
      aria-selected={chosen}
      data-kind={line.kind}
      onClick={() => onChoose(line)}
    >
      <time>{preciseClock(line.time ?? '')}</time>
      <span className="admin-trace__kind">{line.kind}</span>
      <span className="admin-trace__who">{lineSubject(line)}</span>
      <span className="admin-trace__text">{lineSummary(line)}</span>
    </div>
  );
});

const FIELDS = ['time', 'kind', 'channel', 'client', 'user', 'offset', 'items', 'detail'] as const;

function Detail({ line, onClose }: { line: TraceLine; onClose(): void }) {
  const text = lineText(line);
  return (
    <aside className="admin-trace__detail" aria-label="The chosen line">
      <button type="button" className="button button--small" onClick={onClose}>
        Close
      </button>
      <dl>
        {FIELDS.map(
          (field) =>
            line[field] !== undefined && (
              <div key={field}>
                <dt>{field}</dt>
                <dd>{line[field]}</dd>
              </div>
            ),
        )}
        {line.bytes !== undefined && (
          <div>
            <dt>size</dt>
            <dd>{bytes(line.bytes)}</dd>
          </div>
        )}
      </dl>
      {text && (
        <pre tabIndex={0} aria-label="Text">
          {text}
        </pre>
      )}
    </aside>
  );
}
