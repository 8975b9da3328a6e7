/* SPDX-License-Identifier: MIT */

interface Props {
  /** Of the page that is shown, from 1. */
  number: number;
  /** What asks for the next page; null: this is the last. */
  next: string | null;
  onNext(next: string): void;
  onPrevious(): void;
}

/** Nothing when there is one page. */
export function Pager({ number, next, onNext, onPrevious }: Props) {
  if (number === 1 && next === null) return null;
  return (
    <nav className="toolbar admin-pager" aria-label="Pages">
      <button type="button" className="button" disabled={number === 1} onClick={onPrevious}>
        Previous
      </button>
      <span className="muted">Page {number}</span>
      <button
        type="button"
        className="button"
        disabled={next === null}
        onClick={() => next !== null && onNext(next)}
      >
        Next
      </button>
    </nav>
  );
}
