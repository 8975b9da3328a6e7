/* SPDX-License-Identifier: MIT */
/* What ui/format.ts does not have: counts to the last digit, and times of day alone. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** The sign that ui/format.ts has. */
function minus(text: string): string {
  return text.replace('-', '−');
}

/** 1234567 → "1,234,567" */
export function exact(value: number): string {
  return minus(whole.format(value));
}

/** A number that may be a fraction: 12 → "12", 0.254 → "0.25", 1234.5 → "1,235" */
export function rounded(value: number): string {
  return minus((Math.abs(value) >= 100 ? whole : fine).format(value));
}

/** The local time of day of an ISO time or of milliseconds since 1970: "14:03:09" */
export function clock(time: string | number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '–';
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** The same to the millisecond: "14:03:09.123" */
export function preciseClock(time: string | number): string {
  const milliseconds = new Date(time).getMilliseconds();
  const text = clock(time);
  return Number.isNaN(milliseconds) ? text : `${text}.${String(milliseconds).padStart(3, '0')}`;
}
