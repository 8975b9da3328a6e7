/* SPDX-License-Identifier: MIT */
// @vitest-environment node
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}

type Manifest = Readonly<Record<string, Chunk>>;

const DIST = resolve(import.meta.dirname, '../dist');
const INITIAL_BYTES = 120 * 1024;

function read(file: string): Buffer {
  try {
    return readFileSync(resolve(DIST, file));
  } catch (error) {
    throw new Error('run `npm run build -w dashboard` first', { cause: error });
  }
}

/** The files of a chunk and of what it imports at once. */
function filesOf(manifest: Manifest, name: string, found = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (!chunk || found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const other of chunk.imports ?? []) filesOf(manifest, other, found);
  return found;
}

describe('the build', () => {
  const load = () => {
    const manifest = JSON.parse(read('.vite/manifest.json').toString()) as Manifest;
    const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry) ?? '';
    return { manifest, entry, initial: filesOf(manifest, entry) };
  };

  it('has at most 120 KiB of JavaScript to load before the page is there, compressed', () => {
    const { initial } = load();
    expect(initial.size).toBeGreaterThan(0);
    const bytes = [...initial].reduce((sum, file) => sum + gzipSync(read(file)).length, 0);
    expect(bytes).toBeLessThanOrEqual(INITIAL_BYTES);
  });

  it('loads the charts and the admin page later', () => {
    const { manifest, entry, initial } = load();
    const later = manifest[entry]?.dynamicImports ?? [];
    for (const name of [
      'src/admin/AdminPage.tsx',
      'src/charts/CandleChart.tsx',
      'src/charts/EquityChart.tsx',
    ]) {
      expect(later).toContain(name);
      expect(initial).not.toContain(manifest[name]?.file);
    }
    const start = [...initial].map((file) => read(file).toString()).join('');
    expect(start).not.toContain('CandlestickSeries');
  });

  it('needs no inline script or style, and has a compressed copy of each large file', () => {
    const { initial } = load();
    const html = read('index.html').toString();
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>|<style|\sstyle=|\son\w+=/);
    for (const file of initial) expect(read(`${file}.gz`).length).toBeGreaterThan(0);
  });
});
