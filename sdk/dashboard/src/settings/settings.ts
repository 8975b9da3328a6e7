/* SPDX-License-Identifier: MIT */
import { stored } from '../data/stored.ts';
import type { Value } from '../data/value.ts';

export type Theme = 'auto' | 'light' | 'dark';

export const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];
/** What the host is asked for: at most one message of quotes in this time; "0s" is each update. */
export const INTERVALS = ['0s', '250ms', '500ms', '1s', '2s', '5s'] as const;
export type Interval = (typeof INTERVALS)[number];

export interface Settings {
  readonly userId: string;
  readonly interval: Interval;
  readonly theme: Theme;
  /** Seconds without an update after which market data are marked as stale. */
  readonly staleAfter: number;
  /** Whether a notification that arrives is shown in a corner of the page. */
  readonly toasts: boolean;
}

const DEFAULTS: Settings = {
  userId: 'user_001',
  interval: '500ms',
  theme: 'auto',
  staleAfter: 15,
  toasts: true,
};

export const STALE_MIN = 2;
export const STALE_MAX = 3600;

function oneOf<T>(value: unknown, choices: readonly T[], otherwise: T): T {
  return choices.includes(value as T) ? (value as T) : otherwise;
}

function seconds(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return DEFAULTS.staleAfter;
  return Math.min(STALE_MAX, Math.max(STALE_MIN, Math.round(value)));
}

/** Valid settings of whatever was kept. */
export function parseSettings(found: unknown): Settings {
  const kept = typeof found === 'object' && found !== null ? (found as Partial<Settings>) : {};
  const userId = typeof kept.userId === 'string' ? kept.userId.trim() : '';
  return {
    userId: userId || DEFAULTS.userId,
    interval: oneOf(kept.interval, INTERVALS, DEFAULTS.interval),
    theme: oneOf(kept.theme, THEMES, DEFAULTS.theme),
    staleAfter: seconds(kept.staleAfter),
    toasts: typeof kept.toasts === 'boolean' ? kept.toasts : DEFAULTS.toasts,
  };
}

/** The settings, kept in localStorage. */
export function openSettings(): Value<Settings> {
  return stored('sentio.settings', parseSettings);
}

const text = (found: unknown): string => (typeof found === 'string' ? found : '');

/** The user's token, or "": for as long as the tab lives, since it is a secret. */
export function openToken(): Value<string> {
  return stored('sentio.token', text, sessionStorage);
}

/** The admin token, or "": as the user's. */
export function openAdminToken(): Value<string> {
  return stored('sentio.adminToken', text, sessionStorage);
}
