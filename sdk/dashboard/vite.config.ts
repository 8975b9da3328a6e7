/* SPDX-License-Identifier: MIT */
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { gzip } from './tools/gzip.ts';

const from = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const host = process.env['SENTIO_URL'] ?? 'http://127.0.0.1:8000';
const proxy = { target: host, changeOrigin: true };

// What the host sends with the page; `npm run preview` shows whether the build keeps to it.
const policy = [
  "default-src 'self'",
  "connect-src 'self' ws: wss:",
  "img-src 'self' data:",
  "frame-ancestors 'none'",
].join('; ');

const routes = {
  '/ws': { ...proxy, ws: true },
  '/sse': proxy,
  '/api': proxy,
};

export default defineConfig({
  root: from('.'),
  base: './',
  plugins: [react(), gzip()],
  resolve: {
    alias: [
      { find: /^@sentio\/client$/, replacement: from('../js/client/src/index.ts') },
      { find: /^@sentio\/client\//, replacement: `${from('../js/client/src')}/` },
      { find: /^@sentio\/react$/, replacement: from('../js/react/src/index.ts') },
      { find: /^@sentio\/react\//, replacement: `${from('../js/react/src')}/` },
    ],
    dedupe: ['react', 'react-dom'],
  },
  server: { port: 5173, proxy: routes },
  preview: { port: 4173, proxy: routes, headers: { 'Content-Security-Policy': policy } },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    manifest: true,
    // A stylesheet of its own that failed to load with its script would not be asked for again.
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/setup.ts'],
    restoreMocks: true,
    // For machines that are busy; nothing here waits for real.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
