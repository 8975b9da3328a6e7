/* SPDX-License-Identifier: MIT */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // For machines that are busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
