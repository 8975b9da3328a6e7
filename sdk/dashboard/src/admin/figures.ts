/* SPDX-License-Identifier: MIT */
import { label, money, percent, share } from '../ui/format.ts';
import { exact, rounded } from './units.ts';

/* Business figures have no schema: whoever publishes them names them. Their names say what they are. */

const MONEY =
  /(^|_)(revenue|value|amount|price|costs?|mrr|arr|arpu|pnl|profit|balance|fees?|equity|commission)$|total_return$/;
const PERCENT = /[_ ](pct|percent|percentage)$/;
const SHARE = /[_ ](rate|ratio|share)$/;

/** "total_users" and "totalUsers" are "Total users". */
export function figureName(name: string): string {
  const words = name.replace(
    /([a-z0-9])([A-Z])/g,
    (_all, a: string, b: string) => `${a}_${b.toLowerCase()}`,
  );
  return label(words.replace(PERCENT, ' %').replace(/_bps$/, ' (bps)'));
}

/** A figure as text, in the unit that its name tells. */
export function figureText(name: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value === null || value === undefined) return '–';
  if (typeof value === 'object') return JSON.stringify(value);
  if (typeof value !== 'number') return String(value);
  if (PERCENT.test(name)) return percent(value);
  if (SHARE.test(name) && Math.abs(value) <= 1) return share(value);
  // Of millions nobody reads the cents.
  if (MONEY.test(name)) return money(value, Math.abs(value) < 1e6 ? 2 : 0);
  return Number.isInteger(value) ? exact(value) : rounded(value);
}

export interface Figures {
  /** Numbers, texts and flags. */
  plain: [name: string, value: unknown][];
  /** Objects: a breakdown, such as users by plan. */
  groups: [name: string, values: [string, unknown][]][];
  /** Lists: a table each. */
  tables: [name: string, rows: Record<string, unknown>[]][];
  /** Where the figures come from, when they say so. */
  source: string | null;
}

/** Sorts what one kind of the channel `admin` holds by how it is shown. */
export function sortFigures(data: unknown): Figures {
  const figures: Figures = { plain: [], groups: [], tables: [], source: null };
  if (typeof data !== 'object' || data === null) return figures;
  for (const [name, value] of Object.entries(data) as [string, unknown][]) {
    if (name === 'source' && typeof value === 'string') figures.source = value;
    else if (name === 'timestamp' || value === null) continue;
    else if (Array.isArray(value)) figures.tables.push([name, value.map(asRow)]);
    else if (typeof value === 'object') figures.groups.push([name, Object.entries(value)]);
    else figures.plain.push([name, value]);
  }
  return figures;
}

function asRow(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)
    : { value };
}
