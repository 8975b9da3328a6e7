/* SPDX-License-Identifier: MIT */
import { isNumber, money, NO_VALUE, number, words, type Locale } from './format';

/** What the admin channel carries is the publisher's: any JSON. */
interface ValueProps {
  name: string;
  value: unknown;
  locale: Locale;
}

const ROWS = 10;
const MONEY = /revenue|_value$/i;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function scalar(name: string, value: unknown, locale: Locale): string {
  if (isNumber(value)) return MONEY.test(name) ? money(value, locale) : number(value, locale);
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  return value === null || value === undefined || value === '' ? NO_VALUE : String(value);
}

function Rows({ rows, locale }: { rows: Record<string, unknown>[]; locale: Locale }) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return (
    <div className="sentio-scroll">
      <table className="sentio-table">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {words(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS).map((row, index) => (
            <tr key={index}>
              {columns.map((column) => (
                <td key={column} className={isNumber(row[column]) ? 'sentio-number' : undefined}>
                  <Value name={column} value={row[column]} locale={locale} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > ROWS && (
        <p className="sentio-muted">and {number(rows.length - ROWS, locale)} more</p>
      )}
    </div>
  );
}

/** The fields of an object, as a list of names and values. */
export function Fields({ value, locale }: { value: Record<string, unknown>; locale: Locale }) {
  return (
    <dl className="sentio-fields">
      {Object.entries(value).map(([name, field]) => (
        <div key={name} className={typeof field === 'object' ? 'sentio-fields__wide' : undefined}>
          <dt>{words(name)}</dt>
          <dd>
            <Value name={name} value={field} locale={locale} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Any JSON value, as people read it. */
export function Value({ name, value, locale }: ValueProps) {
  if (isRecord(value)) return <Fields value={value} locale={locale} />;
  if (!Array.isArray(value)) return <>{scalar(name, value, locale)}</>;
  if (!value.length) return <>{NO_VALUE}</>;
  if (value.every(isRecord)) return <Rows rows={value} locale={locale} />;
  return <>{value.map((one) => scalar(name, one, locale)).join(', ')}</>;
}
