/* SPDX-License-Identifier: MIT */
import { useId } from 'react';
import type { SignalFilter } from '../../data/signalFilter.ts';
import { SearchIcon } from '../../ui/icons.tsx';
import { label } from '../../ui/format.ts';

interface SignalFiltersProps {
  filter: SignalFilter;
  /** How many there are of each. */
  counts: ReadonlyMap<string, number>;
  onChange(filter: SignalFilter): void;
}

const USUAL = ['buy', 'sell', 'hold'];

function KindTabs({ filter, counts, onChange }: SignalFiltersProps) {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const others = [...counts.keys()].filter((kind) => !USUAL.includes(kind)).toSorted();
  const tab = (kind: string | null, name: string, count: number) => (
    <button
      key={name}
      type="button"
      aria-pressed={filter.signal === kind}
      onClick={() => onChange({ ...filter, signal: kind })}
    >
      {name} <span className="tabs__count">{count}</span>
    </button>
  );
  return (
    <div className="tabs" role="group" aria-label="Kind of signal">
      {tab(null, 'All', all)}
      {[...USUAL, ...others].map((kind) => tab(kind, label(kind), counts.get(kind) ?? 0))}
    </div>
  );
}

function ConfidenceField({ filter, onChange }: Omit<SignalFiltersProps, 'counts'>) {
  const id = useId();
  const percent = Math.round(filter.minConfidence * 100);
  return (
    <div className="slider">
      <label htmlFor={id} className="muted">
        Confidence
      </label>
      <input
        id={id}
        className="range"
        type="range"
        min="0"
        max="95"
        step="5"
        value={percent}
        aria-valuetext={`at least ${percent} percent`}
        onChange={(event) =>
          onChange({ ...filter, minConfidence: Number(event.target.value) / 100 })
        }
      />
      <output htmlFor={id}>≥ {percent}%</output>
    </div>
  );
}

/** The search, and what narrows the table down. */
export function SignalFilters(props: SignalFiltersProps) {
  const { filter, onChange } = props;
  return (
    <div className="filters">
      <div className="search">
        <SearchIcon size={14} />
        <input
          className="input"
          type="search"
          aria-label="Search signals by symbol"
          placeholder="Search symbol"
          autoComplete="off"
          spellCheck={false}
          data-search
          value={filter.search}
          onChange={(event) => onChange({ ...filter, search: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            if (filter.search) onChange({ ...filter, search: '' });
            else event.currentTarget.blur();
            event.preventDefault();
          }}
        />
        {filter.search === '' && <kbd aria-hidden="true">/</kbd>}
      </div>
      <KindTabs {...props} />
      <ConfidenceField {...props} />
    </div>
  );
}
