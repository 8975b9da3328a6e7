// SPDX-License-Identifier: MIT
// Tests that look at a page: each in a browser context of its own, whose problems fail the test.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Daemon } from './daemon.mjs';
import { browserPath, pictures } from './places.mjs';
import { Problems } from './problems.mjs';

const slow = Number(process.env.SENTIO_SLOW ?? '1');
/** Milliseconds within which a test has to be over, and a step of it. */
export const TEST_MS = 180_000 * slow;
// The client may wait for 20 s until it tries again.
export const STEP_MS = 60_000 * slow;

const HOOK = { timeout: TEST_MS };

/** What the browser says when the host is away, or about to go, which no page can keep it from. */
export const AWAY = [/net::ERR_/, /WebSocket connection to/, /status of 503/];

/** How far a clock jumps as it stops: it can not go back to when that was asked for. */
const JUMP_MS = 10_000;

export const PHONE = { width: 375, height: 812 };
export const DESK = { width: 1366, height: 820 };

/** A file name of a test's name. */
function fileName(name) {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

/** Keeps a picture of the page. */
export async function keepPicture(page, name, options = {}) {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${fileName(name)}.png`), ...options });
}

/** The host and the browser that the tests of one file share. */
export class Visits {
  host;
  #browser;

  /**
   * Registers what starts and ends them. The options are the daemon's, and
   * @param {(host: Daemon) => Promise<void>} [options.before] what is done once it runs
   * @param {(host: Daemon) => string[]} [options.browser] more arguments of the browser
   */
  constructor({ before: prepare, browser, ...options } = {}) {
    before(async () => {
      this.host = await new Daemon(options).start();
      await prepare?.(this.host);
      this.#browser = await launch(browser?.(this.host));
    }, HOOK);
    after(async () => {
      await this.#browser?.close();
      await this.host?.remove();
    }, HOOK);
  }

  /**
   * A test with a page. `look` gets the page, opened at `at`, and the host.
   * @param {object} options
   * @param {string} [options.at] where it begins, such as "#/signals"; null: nowhere yet
   * @param {RegExp[]} [options.expected] problems that the test brings about
   * @param {object} [options.context] for playwright's newContext()
   */
  test(name, { at = '', expected, context = {} }, look) {
    test(name, { timeout: TEST_MS }, async () => {
      const problems = new Problems(expected);
      const own = await this.#browser.newContext({ viewport: DESK, ...context });
      own.setDefaultTimeout(STEP_MS);
      try {
        const page = await own.newPage();
        await problems.watch(page);
        await this.#visit(page, at, look, name);
        problems.check();
      } finally {
        await own.close();
      }
    });
  }

  async #visit(page, at, look, name) {
    try {
      if (at !== null) await open(page, this.host, at);
      await look(page, this.host);
    } catch (error) {
      await keepPicture(page, `failed ${name}`).catch(() => {});
      throw error;
    }
  }
}

export function launch(args = []) {
  return chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox', ...args] });
}

/** Opens a page of the dashboard and waits until it is live. */
export async function open(page, host, at = '') {
  await page.goto(`${host.origin}/${at}`);
  await phase(page, 'live');
}

/** As open(), with a clock that `stopClock` can stop. */
export async function openWithClock(page, host, at) {
  await page.clock.install();
  await open(page, host, at);
}

/** Nothing on the page passes by itself any more, such as a toast. */
export async function stopClock(page) {
  const now = await page.evaluate(() => Date.now());
  await page.clock.pauseAt(now + JUMP_MS);
}

/** Waits until the connection is in one of these phases. */
export async function phase(page, ...names) {
  const wanted = names.map((name) => `[data-testid="connection"][data-phase="${name}"]`);
  await page.locator(wanted.join(', ')).waitFor();
}
