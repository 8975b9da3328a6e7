/* SPDX-License-Identifier: MIT */
import type { Readable } from '../data/value.ts';
import { THEMES, type Settings, type Theme } from './settings.ts';

/** Puts the theme on the page, for as long as it lives; "auto" leaves it to the system. */
export function followTheme(settings: Readable<Settings>, root: HTMLElement): () => void {
  const apply = () => {
    const { theme } = settings.get();
    if (theme === 'auto') delete root.dataset['theme'];
    else root.dataset['theme'] = theme;
  };
  apply();
  return settings.subscribe(apply);
}

/** The next one for a button that goes round. */
export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
}
