/* SPDX-License-Identifier: MIT */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const COMPRESSIBLE = /\.(html|js|css|svg|json|txt|webmanifest)$/;
const LEAST_BYTES = 1024;

async function compress(file: string): Promise<void> {
  const text = await readFile(file);
  if (text.length <= LEAST_BYTES) return;
  await writeFile(`${file}.gz`, gzipSync(text, { level: constants.Z_BEST_COMPRESSION }));
}

/** Writes FILE.gz beside each compressible file of the build, for hosts that serve those as they are. */
export function gzip(): Plugin {
  let folder = 'dist';
  return {
    name: 'sentio-gzip',
    apply: 'build',
    configResolved: (config) => {
      folder = config.build.outDir;
    },
    closeBundle: async () => {
      const files = await readdir(folder, { recursive: true });
      await Promise.all(
        files.filter((file) => COMPRESSIBLE.test(file)).map((file) => compress(join(folder, file))),
      );
    },
  };
}
