/* SPDX-License-Identifier: MIT */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const ADMIN_TOKEN = 'an-admin-token-of-the-tests';

const CHANNELS = ['trade-signals', 'market-data', 'earnings', 'notifications', 'admin'];

/** A sentiod of its own, with state that outlives it. */
export class Daemon {
  readonly #build: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'sentio-js-'));
  #process: ChildProcess | undefined;
  /** Address and port; the same after a restart. */
  address = '127.0.0.1:0';

  constructor(build: string) {
    this.#build = resolve(build);
    mkdirSync(join(this.#folder, 'state'));
  }

  #configure(): string {
    const digest = createHash('sha256').update(ADMIN_TOKEN).digest('hex');
    const tokens = join(this.#folder, 'admin-tokens');
    writeFileSync(tokens, `operator:sha256:${digest}\n`, { mode: 0o600 });
    const channels = CHANNELS.map((name) => {
      const durable = name === 'notifications' ? 'durable = true;' : '';
      const interval = name === 'market-data' ? 'interval = "0";' : '';
      return `{ name = "${name}"; plugin = "${name.replaceAll('-', '_')}.so"; ${durable} ${interval} }`;
    });
    const path = join(this.#folder, 'sentio.conf');
    const lines = [
      `server = { listen = ["${this.address}"]; state_dir = "${join(this.#folder, 'state')}"; };`,
      `auth = { mode = "open"; admin_tokens_file = "${tokens}"; };`,
      `plugins = { dir = "${join(this.#build, 'plugins')}"; };`,
      `channels = (${channels.join(', ')});`,
    ];
    writeFileSync(path, lines.join('\n'));
    return path;
  }

  /** Resolves once it is ready. */
  async start(): Promise<this> {
    const program = join(this.#build, 'bin', 'sentiod');
    this.#process = spawn(program, ['-c', this.#configure()], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const log: string[] = [];
    for await (const line of createInterface({ input: this.#process.stderr! })) {
      log.push(line);
      this.address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1] ?? this.address;
      if (/\bready\b/.test(line)) {
        this.#process.stderr!.resume();
        return this;
      }
    }
    throw new Error(`sentiod did not start:\n${log.join('\n')}`);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const ended = once(this.#process!, 'exit');
    this.#process!.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async publish(channel: string, body: object): Promise<{ offset: number }> {
    const response = await fetch(`http://${this.address}/api/v1/publish/${channel}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as { offset: number };
  }

  /** How many connections the host has of a user. */
  async connections(user: string): Promise<number> {
    const response = await fetch(`http://${this.address}/api/v1/host/clients?user=${user}`, {
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return ((await response.json()) as { total: number }).total;
  }
}
