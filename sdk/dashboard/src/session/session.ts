/* SPDX-License-Identifier: MIT */
import type { Value } from '../data/value.ts';
import { openAdminToken, openSettings, openToken, type Settings } from '../settings/settings.ts';
import { ToastList } from '../ui/toasts.ts';

/** What the pages share for as long as the tab lives. */
export interface Session {
  readonly settings: Value<Settings>;
  /** Of the user; "" for none. */
  readonly token: Value<string>;
  /** "" for none. */
  readonly adminToken: Value<string>;
  readonly toasts: ToastList;
}

/** One a page load. */
export function openSession(): Session {
  return {
    settings: openSettings(),
    token: openToken(),
    adminToken: openAdminToken(),
    toasts: new ToastList(),
  };
}
