/* SPDX-License-Identifier: MIT */
/* All of it for display: numbers in the English notation, an en dash for what is not known. */

export const UNKNOWN = '–';
const MINUS = '−';

// By hand: the first formatter of Intl that a page makes keeps it busy for tens of milliseconds.

/** Rounded as it is read: 1.005 to 1.01, although the number is a little less than that text. */
function rounded(value: number, places: number): number {
  const text = String(value);
  if (text.includes('e')) return value;
  return Number(`${Math.round(Number(`${text}e${places}`))}e-${places}`);
}

function fixed(value: number, places: number): string {
  const text = rounded(Math.abs(value), places).toFixed(places);
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function known(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** The sign that is left once `value` has been rounded to `places`. */
function signOf(value: number, places: number): -1 | 0 | 1 {
  const rounded = Math.round(value * 10 ** places);
  if (rounded === 0) return 0;
  return rounded < 0 ? -1 : 1;
}

function signed(value: number, places: number): string {
  const sign = signOf(value, places);
  const mark = sign < 0 ? MINUS : sign > 0 ? '+' : '';
  return mark + fixed(value, places);
}

/** Decimals that suit a price: 2 from 1 on, more below. */
export function pricePlaces(value: number): number {
  const size = Math.abs(value);
  if (size >= 1 || size === 0) return 2;
  return size >= 0.01 ? 4 : 6;
}

/** 1234.5 → "1,234.50" */
export function price(value: number | null | undefined): string {
  if (!known(value)) return UNKNOWN;
  return (value < 0 ? MINUS : '') + fixed(value, pricePlaces(value));
}

/** 1.5 → "+1.50"; `like` is the price whose decimals it takes. */
export function change(value: number | null | undefined, like?: number | null): string {
  return known(value) ? signed(value, pricePlaces(like ?? 1)) : UNKNOWN;
}

/** Percent, with its sign: 1.234 → "+1.23%". */
export function percent(value: number | null | undefined, places = 2): string {
  return known(value) ? `${signed(value, places)}%` : UNKNOWN;
}

/** A share of one, without a sign: 0.651 → "65.1%". */
export function share(value: number | null | undefined, places = 1): string {
  return known(value) ? `${fixed(value * 100, places)}%` : UNKNOWN;
}

/** Dollars: -1234.5 → "−$1,234.50". */
export function money(value: number | null | undefined, places = 2): string {
  if (!known(value)) return UNKNOWN;
  return `${signOf(value, places) < 0 ? MINUS : ''}$${fixed(value, places)}`;
}

/** Dollars in a small place: of millions without cents, of billions in short. */
export function figure(value: number | null | undefined): string {
  if (!known(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (size < 999_999.995) return money(value);
  if (size < 999_999_999.5) return money(value, 0);
  return `${value < 0 ? MINUS : ''}$${count(size)}`;
}

/** Dollars with a sign: 5 → "+$5.00". */
export function gain(value: number | null | undefined, places = 2): string {
  if (!known(value)) return UNKNOWN;
  return (signOf(value, places) > 0 ? '+' : '') + money(value, places);
}

const LETTERS = ['', 'K', 'M', 'B', 'T'] as const;

/** A count in short: 863762 → "864K". */
export function count(value: number | null | undefined): string {
  if (!known(value)) return UNKNOWN;
  let size = Math.abs(value);
  let step = 0;
  while (size >= 999.5 && step < LETTERS.length - 1) {
    size /= 1000;
    step++;
  }
  const text =
    step === 0
      ? fixed(size, Number.isInteger(size) ? 0 : 1)
      : size < 999.5
        ? size.toPrecision(3)
        : fixed(size, 0);
  return (value < 0 ? MINUS : '') + text + (LETTERS[step] ?? '');
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** 1536 → "1.5 KiB" */
export function bytes(value: number | null | undefined): string {
  if (!known(value)) return UNKNOWN;
  let size = value;
  let step = 0;
  while (size >= 1024 && step < BYTE_UNITS.length - 1) {
    size /= 1024;
    step++;
  }
  return `${step === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${BYTE_UNITS[step] ?? ''}`;
}

/** A rate: 1234 → "1.23K/s". */
export function rate(value: number | null | undefined, unit = ''): string {
  return known(value) ? `${count(value)}${unit && ` ${unit}`}/s` : UNKNOWN;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** The local time of day of milliseconds since 1970: "09:05". */
export function minuteOf(at: number): string {
  const date = new Date(at);
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

/** The same with seconds: "09:05:07". */
export function secondOf(at: number): string {
  return `${minuteOf(at)}:${twoDigits(new Date(at).getSeconds())}`;
}

/** The local date without the year: "5 Oct". */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getDate()} ${MONTHS[date.getMonth()] ?? ''}`;
}

/** Milliseconds since 1970, or ISO 8601. */
export function instant(value: number | string | null | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string') return null;
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? null : parsed;
}

/** The local time of day, and the date when that is not today. */
export function time(value: number | string | null | undefined, now = Date.now()): string {
  const at = instant(value);
  if (at === null) return UNKNOWN;
  const date = `${dayOf(at)} ${new Date(at).getFullYear()}`;
  const today = `${dayOf(now)} ${new Date(now).getFullYear()}`;
  return date === today ? secondOf(at) : `${date}, ${secondOf(at)}`;
}

/** How long ago in short: "now", "12s", "5m", "3h", "2d". Both in milliseconds. */
export function age(since: number | null | undefined, now: number): string {
  if (!known(since)) return UNKNOWN;
  const seconds = Math.floor((now - since) / 1000);
  if (seconds < 2) return 'now';
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** A duration of so many seconds: 3725 → "1h 2m". */
export function duration(seconds: number | null | undefined): string {
  if (!known(seconds)) return UNKNOWN;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h ${Math.floor((whole % 3600) / 60)}m`;
  return `${Math.floor(whole / 86_400)}d ${Math.floor((whole % 86_400) / 3600)}h`;
}

/** "total_return" → "Total return" */
export function label(field: string): string {
  const words = field.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
