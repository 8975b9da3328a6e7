/* SPDX-License-Identifier: MIT */
import { useState } from 'react';
import { bytes } from '../ui/format.ts';
import { ChannelSelect } from './ChannelSelect.tsx';
import { useAdmin } from './context.ts';
import { Problem } from '../ui/Problem.tsx';
import { RateChart, type Unit } from './RateChart.tsx';
import { seriesOf, timeAt } from './rate-history.ts';
import { RateTable } from './RateTable.tsx';
import type { RateHistory, Series } from './types.ts';
import { clock, rounded } from './units.ts';
import { usePoll } from './use-poll.ts';

const SPANS = [
  [60, '1 minute'],
  [300, '5 minutes'],
  [600, '10 minutes'],
] as const;

const CHARTS: readonly [keyof Series, string, Unit][] = [
  ['updates', 'Updates', { base: 'decimal', text: (value) => `${rounded(value)}/s` }],
  ['deliveries', 'Deliveries', { base: 'decimal', text: (value) => `${rounded(value)}/s` }],
  ['bytes_out', 'Sent', { base: 'binary', text: (value) => `${bytes(value)}/s` }],
  ['connections', 'Connections', { base: 'decimal', text: rounded }],
];

/** What the host did in the last minutes. */
export function Rates() {
  const { api } = useAdmin();
  const [seconds, setSeconds] = useState(600);
  const [channel, setChannel] = useState('');
  const [asTable, setAsTable] = useState(false);
  const rates = usePoll(`rates ${seconds}`, (signal) => api.rates(seconds, signal), true);
  return (
    <>
      <div className="toolbar">
        <select
          className="select"
          aria-label="Time"
          value={seconds}
          onChange={(event) => setSeconds(Number(event.target.value))}
        >
          {SPANS.map(([value, name]) => (
            <option key={value} value={value}>
              Last {name}
            </option>
          ))}
        </select>
        <ChannelSelect label="Channel" any="All channels" value={channel} onChange={setChannel} />
        <label className="admin-check">
          <input
            type="checkbox"
            checked={asTable}
            onChange={(event) => setAsTable(event.target.checked)}
          />
          As a table
        </label>
      </div>
      <Problem text={rates.error} stale={rates.value !== null} />
      {rates.value && <RateView history={rates.value} channel={channel} asTable={asTable} />}
    </>
  );
}

interface ViewProps {
  history: RateHistory;
  channel: string;
  asTable: boolean;
}

function RateView({ history, channel, asTable }: ViewProps) {
  const [at, setAt] = useState<number | null>(null);
  const series = seriesOf(history, channel);
  const charts = CHARTS.filter(([key]) => series[key] !== undefined);
  if (charts.length === 0)
    return <p className="muted">The host has counted nothing on {channel} yet.</p>;
  if (asTable) return <RateTable history={history} charts={charts} series={series} />;
  return (
    <div className="admin-charts">
      {charts.map(([key, name, unit]) => {
        const values = series[key] ?? [];
        return (
          <RateChart
            key={key}
            name={name}
            unit={unit}
            values={values}
            timeText={(index) => clock(timeAt(history, index, values.length))}
            at={at}
            onAt={setAt}
          />
        );
      })}
    </div>
  );
}
