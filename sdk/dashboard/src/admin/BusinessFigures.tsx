/* SPDX-License-Identifier: MIT */
import { useAdminWebSocket } from '@sentio/react';
import { useAdmin } from './context.ts';
import { figureName, figureText, sortFigures } from './figures.ts';
import { Problem } from '../ui/Problem.tsx';
import { Stat } from './Stat.tsx';

/** Kinds that the document names come first, in its order. */
const FIRST = ['users', 'subscribers', 'revenue', 'user_analytics'];
const ROWS_MAX = 20;
/** Characters of a text that looks like a figure. */
const SHORT = 30;

function inOrder(kinds: string[]): string[] {
  const rank = (kind: string) => (FIRST.indexOf(kind) + FIRST.length + 1) % (FIRST.length + 1);
  return [...kinds].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** What publishers say on the channel `admin`, whatever kinds that are. */
export function BusinessFigures() {
  const { token } = useAdmin();
  const { data, error, isConnected, loading } = useAdminWebSocket(token, { reconnect: 'forever' });
  const kinds = data as Readonly<Record<string, unknown>>;
  const names = inOrder(Object.keys(kinds ?? {}).filter((kind) => isObject(kinds[kind])));
  return (
    <section className="admin-section" aria-labelledby="admin-business">
      <h2 id="admin-business">
        Business {isConnected && <span className="badge badge--ok">🟢 Live</span>}
      </h2>
      <Problem
        text={error ? `Business figures: ${messageOf(error)}` : null}
        stale={names.length > 0}
      />
      <div className="admin-kinds">
        {names.map((kind) => (
          <Kind key={kind} kind={kind} data={kinds[kind]} />
        ))}
      </div>
      {names.length === 0 && !error && (
        <p className="muted">
          {loading
            ? 'Waiting for the figures…'
            : 'Nobody has published on the channel admin yet. The section Publish has a form for it.'}
        </p>
      )}
    </section>
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function Kind({ kind, data }: { kind: string; data: unknown }) {
  const figures = sortFigures(data);
  return (
    <article className="card" data-kind={kind} aria-label={figureName(kind)}>
      <h3>{figureName(kind)}</h3>
      <dl className="admin-figures">
        {figures.plain.map(([name, value]) => (
          <Stat
            key={name}
            name={figureName(name)}
            value={figureText(name, value)}
            long={typeof value === 'string' && value.length > SHORT}
          />
        ))}
      </dl>
      {figures.groups.map(([name, values]) => (
        <Breakdown key={name} name={name} values={values} />
      ))}
      {figures.tables.map(([name, rows]) => (
        <Rows key={name} name={name} rows={rows} />
      ))}
      {figures.source && <p className="muted admin-source">Source: {figures.source}</p>}
    </article>
  );
}

/** Parts of a whole, with a bar each when they are numbers. */
function Breakdown({ name, values }: { name: string; values: [string, unknown][] }) {
  const numbers = values.map(([, value]) => (typeof value === 'number' ? Math.abs(value) : 0));
  const greatest = Math.max(...numbers, 0);
  return (
    <>
      <h4>{figureName(name)}</h4>
      <dl className="admin-breakdown">
        {values.map(([key, value], i) => (
          <div key={key}>
            <dt>{figureName(key)}</dt>
            <dd>
              {greatest > 0 && (
                <span
                  className="admin-bar"
                  aria-hidden="true"
                  style={{ width: `${(100 * (numbers[i] ?? 0)) / greatest}%` }}
                />
              )}
              <span>{isObject(value) ? JSON.stringify(value) : figureText(key, value)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Rows({ name, rows }: { name: string; rows: Record<string, unknown>[] }) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={figureName(name)}>
      <h4>{figureName(name)}</h4>
      <table className="table">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {figureName(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_MAX).map((row, i) => (
            <tr key={i}>
              {columns.map((column) => (
                <td key={column}>
                  {isObject(row[column])
                    ? JSON.stringify(row[column])
                    : figureText(column, row[column])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > ROWS_MAX && <p className="muted">and {rows.length - ROWS_MAX} more</p>}
    </div>
  );
}
