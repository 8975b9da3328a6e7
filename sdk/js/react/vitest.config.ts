/* SPDX-License-Identifier: MIT */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformWithOxc } from 'vite';
import { defineConfig } from 'vitest/config';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const COMPONENTS = path('tests/fixtures/components/');

// `document:Name` is that component as the document has it; what is added is its export. It counts
// as a file in components/, so that its '../hooks/useWebSocket' is that of the fixtures.
const documentComponents = {
  name: 'document-components',
  enforce: 'pre' as const,
  resolveId: (id: string) =>
    id.startsWith('document:') ? `${COMPONENTS}${id.slice('document:'.length)}.js` : null,
  load(id: string) {
    if (!id.startsWith(COMPONENTS)) return null;
    const name = id.slice(COMPONENTS.length, -'.js'.length);
    const document = readFileSync(path('tests/fixtures/document_components.md'), 'utf8');
    const blocks = [...document.matchAll(/```javascript\n(.*?)```/gs)].map(([, code]) => code);
    const code = blocks.find((block) => block?.includes(`const ${name} = `));
    if (!code) throw new Error(`the document has no component ${name}`);
    return transformWithOxc(`${code}\nexport default ${name};\n`, id, { lang: 'jsx' });
  },
};

export default defineConfig({
  plugins: [documentComponents],
  resolve: {
    alias: [
      { find: /^@sentio\/client$/, replacement: path('../client/src/index.ts') },
      { find: /^@sentio\/react$/, replacement: path('src/index.ts') },
      { find: /^@sentio\/react\/components$/, replacement: path('src/components/index.ts') },
    ],
  },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    // Most of the time would go into one jsdom a file.
    isolate: false,
    maxWorkers: 1,
    // For machines that are busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
