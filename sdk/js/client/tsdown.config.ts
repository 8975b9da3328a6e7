/* SPDX-License-Identifier: MIT */
import { defineConfig, type UserConfig } from 'tsdown';

const common: UserConfig = {
  entry: ['src/index.ts', 'src/services/websocket.ts'],
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  fixedExtension: false,
  outputOptions: { exports: 'named' },
};

export default defineConfig([
  { ...common, format: 'esm' },
  // CommonJS has no import.meta, and who requires it has no Vite that would replace these.
  {
    ...common,
    format: 'cjs',
    define: {
      'import.meta.env.VITE_WS_URL': 'undefined',
      'import.meta.env.VITE_API_URL': 'undefined',
    },
  },
]);
