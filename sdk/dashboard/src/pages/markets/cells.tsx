/* SPDX-License-Identifier: MIT */
import { memo } from 'react';
import { useAge, useStale } from '../../data/clock.ts';
import { change, percent, price } from '../../ui/format.ts';
import { DownIcon, FlatIcon, UpIcon, WarningIcon } from '../../ui/icons.tsx';

const ARROWS = { up: UpIcon, down: DownIcon, flat: FlatIcon } as const;

export type Direction = keyof typeof ARROWS;

export function directionOf(value: number | null | undefined): Direction {
  if (!value) return 'flat';
  return value > 0 ? 'up' : 'down';
}

interface PriceProps {
  value: number;
  /** Where it went at its last change. */
  direction: -1 | 0 | 1;
  /** Counts the changes; each flashes once. */
  moves: number;
}

/** A price that flashes when it changes. The arrow says the same as the colour. */
export const Price = memo(function Price({ value, direction, moves }: PriceProps) {
  const way = directionOf(direction);
  const Arrow = ARROWS[way];
  // Two animations that look alike: changing from one to the other starts it again.
  const flash = direction === 0 ? undefined : `${way}-${moves % 2}`;
  return (
    <span className="price" data-flash={flash}>
      <span className={`price__arrow ${way}`}>
        {direction !== 0 && <Arrow size={9} />}
        {direction !== 0 && <span className="visually-hidden">{way} to </span>}
      </span>
      {price(value)}
    </span>
  );
});

interface ChangeProps {
  value: number | null;
  /** The price whose decimals it takes. */
  like: number;
}

export const Change = memo(function Change({ value, like }: ChangeProps) {
  return <span className={directionOf(value)}>{change(value, like)}</span>;
});

export const ChangePercent = memo(function ChangePercent({ value }: { value: number | null }) {
  const way = directionOf(value);
  const Arrow = ARROWS[way];
  return (
    <span className={`move ${way}`}>
      {value !== null && <Arrow size={9} />}
      {percent(value)}
    </span>
  );
});

interface AgeProps {
  /** Milliseconds since 1970. */
  since: number;
  /** Seconds after which it is marked as stale. */
  staleAfter: number;
}

/** How old it is. When that is too old, a mark says so. */
export const Age = memo(function Age({ since, staleAfter }: AgeProps) {
  const text = useAge(since);
  const stale = useStale(since, staleAfter);
  if (!stale) return <span className="muted">{text}</span>;
  return (
    <span className="stale" title={`No update for more than ${staleAfter} s`}>
      <WarningIcon size={12} />
      <span className="visually-hidden">stale: </span>
      {text}
    </span>
  );
});
