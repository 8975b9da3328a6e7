/* SPDX-License-Identifier: MIT */
/* Reads what publishers wrote: any field may be missing, or of another type. */

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects among an array's elements; none of anything else. */
export function records(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

export function numberIn(fields: Fields, name: string): number | null {
  const value = fields[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function textIn(fields: Fields, name: string): string | null {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A time as milliseconds since 1970. */
export function timeIn(fields: Fields, name: string): number | null {
  const text = textIn(fields, name);
  if (text === null) return null;
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? null : parsed;
}
