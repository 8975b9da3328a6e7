/* SPDX-License-Identifier: MIT */
import { cleanup } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';

beforeEach(() => {
  // Of tests that take Node's environment, which is there sooner, since they need no page.
  if (typeof window === 'undefined') return;
  localStorage.clear();
  sessionStorage.clear();
  window.location.hash = '';
  // jsdom has none.
  vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined);
});

afterEach(cleanup);
