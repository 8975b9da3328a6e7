/* SPDX-License-Identifier: MIT */
import type { KeyboardEvent } from 'react';
import { takesText } from '../shell/keys.ts';

const STEPS: Readonly<Record<string, number>> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** The rows that can have the focus: those with a tabindex. */
function rowsOf(table: HTMLElement): HTMLElement[] {
  return [...table.querySelectorAll<HTMLElement>('tbody tr[tabindex]')];
}

function target(rows: readonly HTMLElement[], key: string): HTMLElement | undefined {
  if (key === 'Home') return rows[0];
  if (key === 'End') return rows.at(-1);
  const step = STEPS[key];
  if (step === undefined) return undefined;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  if (at < 0) return step > 0 ? rows[0] : rows.at(-1);
  return rows[Math.min(rows.length - 1, Math.max(0, at + step))];
}

/**
 * For onKeyDown of a table whose rows have a tabindex: j, k, the arrows, Home and End move between
 * them. Enter and Space are the row's own.
 */
export function moveBetweenRows(event: KeyboardEvent<HTMLElement>): void {
  if (event.ctrlKey || event.metaKey || event.altKey || takesText(event.target)) return;
  const row = target(rowsOf(event.currentTarget), event.key);
  if (!row) return;
  event.preventDefault();
  row.focus();
}

/** For j and k pressed outside any table: the page's first one takes them. */
export function enterRows(key: 'j' | 'k'): void {
  const table = document.querySelector<HTMLElement>('main table');
  if (table) target(rowsOf(table), key)?.focus();
}
