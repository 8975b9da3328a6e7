// SPDX-License-Identifier: MIT
// A sentiod of a test's own, with the dashboard, which can be ended and started again where it was.

import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build, dashboard } from './places.mjs';

const CHANNELS = ['trade-signals', 'market-data', 'earnings', 'notifications', 'admin'];

export const ADMIN_TOKEN = 'an-admin-token-of-the-tests';

/** The text of a setting's value, as libconfig reads it. */
function text(value) {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function group(settings) {
  return `{ ${Object.entries(settings)
    .map(([name, value]) => `${name} = ${text(value)};`)
    .join(' ')} }`;
}

/** Channels as of the product, with `settings` by name over them; a name of none is one more. */
function channelsWith(settings) {
  const names = new Set([...CHANNELS, ...Object.keys(settings)]);
  return [...names].map((name) =>
    group({ name, plugin: `${name.replaceAll('-', '_')}.so`, ...settings[name] }),
  );
}

export class Daemon {
  #folder = mkdtempSync(join(tmpdir(), 'sentio-browser-'));
  #config;
  #listen = '127.0.0.1:0';
  #process;
  #ended;

  /**
   * @param {object} [options]
   * @param {Record<string, object>} [options.channels] settings of channels, by name
   * @param {string} [options.site] the folder that is served; the built dashboard
   */
  constructor({ channels = {}, site = dashboard } = {}) {
    const tokens = join(this.#folder, 'admin-tokens');
    const digest = createHash('sha256').update(ADMIN_TOKEN).digest('hex');
    const state = join(this.#folder, 'state');
    mkdirSync(state);
    writeFileSync(tokens, `operator:sha256:${digest}\n`, { mode: 0o600 });
    this.#config = join(this.#folder, 'sentio.conf');
    writeFileSync(
      this.#config,
      [
        `server = ${group({ state_dir: state, dashboard: site })};`,
        `auth = ${group({ mode: 'open', admin_tokens_file: tokens })};`,
        `plugins = ${group({ dir: join(build, 'plugins') })};`,
        `channels = (${channelsWith(channels).join(', ')});`,
        '',
      ].join('\n'),
    );
  }

  /** Where it listens, as address:port. */
  get address() {
    return this.#listen;
  }

  get port() {
    return this.#listen.split(':')[1];
  }

  get origin() {
    return `http://${this.#listen}`;
  }

  /** Resolves once it answers; the second time on the port that the first got. */
  async start() {
    const args = ['-c', this.#config, '--set', `server.listen=${this.#listen}`];
    this.#process = spawn(join(build, 'bin', 'sentiod'), args, {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#ended = new Promise((done) => this.#process.once('exit', (code) => done(code)));
    const log = [];
    await new Promise((ready, failed) => {
      this.#process.once('error', failed);
      const lines = createInterface({ input: this.#process.stderr });
      lines.on('line', (line) => {
        log.push(line);
        const found = /listening on (127\.0\.0\.1:\d+)/.exec(line);
        if (found) this.#listen = found[1];
        if (/\bready\b/.test(line)) ready();
      });
      lines.on('close', () => failed(new Error(`sentiod did not start:\n${log.join('\n')}`)));
    });
    return this;
  }

  /** Ends it, by default as an operator does; answers with the exit code, null after SIGKILL. */
  end(signal = 'SIGTERM') {
    this.#process.kill(signal);
    return this.#ended;
  }

  /** Ends it, if it still runs, and removes what it wrote. */
  async remove() {
    if (this.#process?.exitCode === null && this.#process.signalCode === null) {
      await this.end('SIGKILL');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** GET as an admin. */
  async admin(path) {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const answer = await fetch(`${this.origin}${path}`, { headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** Publishes once; answers with what the host said, or throws with its status. */
  async publish(channel, body, headers = {}) {
    const answer = await fetch(`${this.origin}/api/v1/publish/${channel}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    const { status } = answer;
    throw Object.assign(new Error(`${channel}: ${status} ${text}`), { status });
  }
}
