/* SPDX-License-Identifier: MIT */
import { cleanup } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  window.location.hash = '';
  // jsdom has none.
  vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined);
});

afterEach(cleanup);
