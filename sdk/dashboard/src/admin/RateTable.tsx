/* SPDX-License-Identifier: MIT */
import type { Unit } from './RateChart.tsx';
import { rateRows } from './rate-history.ts';
import type { RateHistory, Series } from './types.ts';
import { clock } from './units.ts';

const ROWS = 30;

interface Props {
  history: RateHistory;
  charts: readonly [keyof Series, string, Unit][];
  series: Partial<Series>;
}

/** The same as the charts, in numbers: means of up to ROWS equal stretches, newest first. */
export function RateTable({ history, charts, series }: Props) {
  const rows = rateRows(
    history,
    charts.map(([key]) => series[key] ?? []),
    ROWS,
  );
  return (
    <div className="card table-scroll">
      <table className="table">
        <caption className="visually-hidden">Rates over time, newest first</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            {charts.map(([key, name]) => (
              <th key={key} scope="col" className="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.time}>
              <th scope="row">{clock(row.time)}</th>
              {charts.map(([key, , unit], i) => (
                <td key={key} className="number">
                  {unit.text(row.values[i] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
