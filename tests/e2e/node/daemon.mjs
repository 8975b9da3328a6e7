// SPDX-License-Identifier: MIT
// Starts sentiod for a test, and publishes to it.

import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const tree = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const build = resolve(process.env.SENTIO_BUILD ?? join(tree, 'build'));
const CHANNELS = ['trade-signals', 'market-data', 'earnings', 'notifications', 'admin'];

export const ADMIN_TOKEN = 'an-admin-token-of-the-tests';
export const TIMEOUT = 30_000 * Number(process.env.SENTIO_SLOW ?? '1');

function writeConfig(folder, listen) {
  const digest = createHash('sha256').update(ADMIN_TOKEN).digest('hex');
  const tokens = join(folder, 'admin-tokens');
  writeFileSync(tokens, `operator:sha256:${digest}\n`, { mode: 0o600 });
  mkdirSync(join(folder, 'state'), { recursive: true });
  const channels = CHANNELS.map(
    (name) => `{ name = "${name}"; plugin = "${name.replaceAll('-', '_')}.so"; }`,
  );
  const path = join(folder, 'sentio.conf');
  writeFileSync(path, [
    `server = { listen = ["${listen}"]; state_dir = "${join(folder, 'state')}"; };`,
    `auth = { mode = "open"; admin_tokens_file = "${tokens}"; };`,
    `plugins = { dir = "${join(build, 'plugins')}"; };`,
    `channels = (${channels.join(', ')});`,
    '',
  ].join('\n'));
  return path;
}

export class Daemon {
  #folder = mkdtempSync(join(tmpdir(), 'sentio-node-'));
  #process;
  #ended;

  // Resolves once the log says ready; `listen` defaults to a free port.
  async start(listen = '127.0.0.1:0') {
    const config = writeConfig(this.#folder, listen);
    this.#process = spawn(join(build, 'bin', 'sentiod'), ['-c', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#ended = new Promise((done) => this.#process.once('exit', (code) => done(code)));
    const log = [];
    await new Promise((ready, failed) => {
      const lines = createInterface({ input: this.#process.stderr });
      lines.on('line', (line) => {
        log.push(line);
        const address = /listening on (127\.0\.0\.1:\d+)/.exec(line);
        if (address) this.address = address[1];
        if (/\bready\b/.test(line)) ready();
      });
      lines.on('close', () => failed(new Error(`sentiod did not start:\n${log.join('\n')}`)));
    });
    return this;
  }

  url(path) {
    return `ws://${this.address}${path}`;
  }

  // SIGTERM; the exit code.
  async stop() {
    this.#process.kill('SIGTERM');
    return this.#ended;
  }

  remove() {
    this.#process.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async publish(channel, body) {
    const response = await fetch(`http://${this.address}/api/v1/publish/${channel}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }
}
