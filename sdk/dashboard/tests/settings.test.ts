/* SPDX-License-Identifier: MIT */
import { describe, expect, it } from 'vitest';
import {
  openAdminToken,
  openSettings,
  openToken,
  parseSettings,
} from '../src/settings/settings.ts';
import { followTheme, nextTheme } from '../src/settings/theme.ts';

describe('settings', () => {
  it('have defaults', () => {
    expect(parseSettings(undefined)).toEqual({
      userId: 'user_001',
      interval: '500ms',
      theme: 'auto',
      staleAfter: 15,
      toasts: true,
    });
  });

  it('mend what is wrong, and keep what is right', () => {
    const found = { userId: '  ', interval: '3h', theme: 'dark', staleAfter: 0, toasts: 'no' };
    expect(parseSettings(found)).toEqual({
      userId: 'user_001',
      interval: '500ms',
      theme: 'dark',
      staleAfter: 2,
      toasts: true,
    });
    expect(parseSettings({ staleAfter: NaN }).staleAfter).toBe(15);
  });

  it('outlive the page', () => {
    openSettings().update((settings) => ({ ...settings, userId: 'eve' }));
    expect(openSettings().get().userId).toBe('eve');
  });

  it('keep secrets for as long as the tab lives only', () => {
    openToken().set('secret');
    openAdminToken().set('secret too');
    expect(openToken().get()).toBe('secret');
    expect(JSON.stringify({ ...localStorage })).not.toContain('secret');
  });
});

describe('the theme', () => {
  it('is put on the page, and left to the system when it is automatic', () => {
    const settings = openSettings();
    const root = document.createElement('html');
    const stop = followTheme(settings, root);
    expect(root.dataset['theme']).toBeUndefined();
    settings.update((kept) => ({ ...kept, theme: 'dark' }));
    expect(root.dataset['theme']).toBe('dark');
    settings.update((kept) => ({ ...kept, theme: 'auto' }));
    expect(root.dataset['theme']).toBeUndefined();
    stop();
  });

  it('goes round', () => {
    expect(nextTheme('auto')).toBe('light');
    expect(nextTheme('light')).toBe('dark');
    expect(nextTheme('dark')).toBe('auto');
  });
});
