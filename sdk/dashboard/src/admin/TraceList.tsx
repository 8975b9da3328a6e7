/* SPDX-License-Identifier: MIT */
import { memo, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { lineSubject, lineSummary } from './trace-lines.ts';
import type { TraceLine } from './trace-session.ts';
import { TraceDetail } from './TraceDetail.tsx';
import { preciseClock } from './units.ts';

/** Pixels of a row, which trace.css keeps to. */
const ROW = 22;
/** Pixels of the list, until it is measured. */
const HEIGHT = 560;
/** Rows that are rendered above and below those that are seen. */
const SPARE = 8;

const MOVES: Record<string, (at: number, last: number) => number> = {
  ArrowUp: (at, last) => (at < 0 ? last : at - 1),
  ArrowDown: (at, last) => (at < 0 ? last : at + 1),
  PageUp: (at, last) => (at < 0 ? last : at - 10),
  PageDown: (at) => at + 10,
  Home: () => 0,
  End: (_at, last) => last,
};

/**
 * Lines, the newest at the end, which it follows unless scrolled away; a chosen one is shown whole. Just
 * the rows that are seen are rendered, so that a busy channel leaves the page time.
 */
export function TraceList({ lines }: { lines: readonly TraceLine[] }) {
  const [chosen, setChosen] = useState<TraceLine | null>(null);
  const { list, first, end, reveal, onScroll } = useWindow(lines.length);
  // -1: none is chosen, or it has made room for newer ones, or a filter hides it.
  const at = chosen ? lines.findIndex((line) => line.id === chosen.id) : -1;
  const rendered = chosen && at >= first && at < end;

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return setChosen(null);
    const last = lines.length - 1;
    const next = MOVES[event.key]?.(at, last);
    if (next === undefined) return;
    event.preventDefault();
    const index = Math.min(last, Math.max(0, next));
    setChosen(lines[index] ?? null);
    reveal(index);
  };

  return (
    <div className="admin-trace" data-detail={chosen !== null}>
      <div
        ref={list}
        className="admin-trace__list"
        role="listbox"
        tabIndex={0}
        aria-label="Lines of the trace"
        {...(rendered && { 'aria-activedescendant': `trace-line-${chosen.id}` })}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" style={{ height: lines.length * ROW, paddingTop: first * ROW }}>
          {lines.slice(first, end).map((line, i) => (
            <Row
              key={line.id}
              line={line}
              place={first + i + 1}
              count={lines.length}
              chosen={line.id === chosen?.id}
              onChoose={setChosen}
            />
          ))}
        </div>
      </div>
      {chosen && <TraceDetail line={chosen} onClose={() => setChosen(null)} />}
    </div>
  );
}

/** Which of `count` rows are to be rendered: those around the scroll position, or at the end. */
function useWindow(count: number) {
  const list = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(HEIGHT);
  const [scrolled, setScrolled] = useState<number | null>(null);
  const bottom = Math.max(0, count * ROW - height);
  const top = Math.min(scrolled ?? bottom, bottom);

  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    setHeight(element.clientHeight || HEIGHT);
    if (scrolled === null) element.scrollTop = element.scrollHeight;
  }, [count, scrolled]);

  const onScroll = () => {
    const element = list.current;
    if (!element) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    setScrolled(left < ROW ? null : element.scrollTop);
  };
  const reveal = (index: number) => {
    const element = list.current;
    if (!element) return;
    const lowest = index * ROW;
    const highest = lowest + ROW - height;
    const next = Math.min(lowest, Math.max(highest, element.scrollTop));
    element.scrollTop = next;
    setScrolled(next >= bottom ? null : next);
  };
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const end = Math.min(count, Math.ceil((top + height) / ROW) + SPARE);
  return { list, first, end, reveal, onScroll };
}

interface RowProps {
  line: TraceLine;
  /** From 1, among `count`. */
  place: number;
  count: number;
  chosen: boolean;
  onChoose(line: TraceLine): void;
}

const Row = memo(function Row({ line, place, count, chosen, onChoose }: RowProps) {
  return (
    <div
      id={`trace-line-${line.id}`}
      className="admin-trace__line"
      role="option"
      aria-selected={chosen}
      aria-posinset={place}
      aria-setsize={count}
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
