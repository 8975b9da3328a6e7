/* SPDX-License-Identifier: MIT */
import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/hooks/useWebSocket.ts', 'src/components/index.ts'],
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  // Hooks are for the browser's half of an application, where a framework divides it.
  banner: { js: "'use client';" },
  fixedExtension: false,
  copy: ['src/styles.css', 'src/styles.css.d.ts'],
});
