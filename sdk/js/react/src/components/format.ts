/* SPDX-License-Identifier: MIT */

/** How the components write numbers. */
export interface Locale {
  /** BCP 47; the browser's own by default. */
  locale?: string | undefined;
  /** ISO 4217; USD by default. */
  currency?: string | undefined;
}

/** What is shown where there is no value. */
export const NO_VALUE = '—';

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

export function money(value: unknown, { locale, currency = 'USD' }: Locale = {}): string {
  if (!isNumber(value)) return NO_VALUE;
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(value);
}

/** Money with its sign, also of a gain. */
export function gain(value: unknown, { locale, currency = 'USD' }: Locale = {}): string {
  if (!isNumber(value)) return NO_VALUE;
  const style = { style: 'currency', currency, signDisplay: 'exceptZero' } as const;
  return new Intl.NumberFormat(locale, style).format(value);
}

/** A share from 0 to 1, as a percentage. */
export function percent(value: unknown, { locale }: Locale = {}, digits = 0): string {
  if (!isNumber(value)) return NO_VALUE;
  const style = { style: 'percent', maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(locale, style).format(value);
}

export function number(value: number, { locale }: Locale = {}): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(value);
}

/** The time of day, or, of another day, the date. */
export function time(value: unknown, { locale }: Locale = {}): string {
  const date = new Date(typeof value === 'string' || isNumber(value) ? value : NaN);
  if (Number.isNaN(date.getTime())) return NO_VALUE;
  const today = date.toDateString() === new Date().toDateString();
  const style = today ? ({ timeStyle: 'medium' } as const) : ({ dateStyle: 'medium' } as const);
  return new Intl.DateTimeFormat(locale, style).format(date);
}

/** `user_analytics` becomes `User analytics`. */
export function words(name: string): string {
  const text = name.replace(/[_-]+/g, ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
