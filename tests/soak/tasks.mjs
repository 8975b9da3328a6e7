// SPDX-License-Identifier: MIT
// The tasks of a page's main thread, as the browser itself records them.

const CATEGORIES = [
  '-*',
  'blink.user_timing',
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'v8',
];
const MARK = 'the soak looks at this thread';
const NAMED = 4;

const ms = (microseconds) => (microseconds / 1000).toFixed(1);

/** What most of a task's work was. */
function contents(events, task) {
  const end = task.ts + task.dur;
  return events
    .filter((event) => event !== task && event.ts >= task.ts && event.ts + event.dur <= end)
    .toSorted((a, b) => b.tdur - a.tdur)
    .slice(0, NAMED)
    .map(({ name, dur, tdur }) => `${name} ${ms(tdur)} of ${ms(dur)} ms`)
    .join(', ');
}

export class Recorder {
  #page;
  #browser;

  constructor(page) {
    this.#page = page;
    this.#browser = page.context().browser();
  }

  async begin() {
    await this.#browser.startTracing(this.#page, { categories: CATEGORIES });
    await this.#page.evaluate((mark) => {
      performance.mark(mark);
      performance.clearMarks(mark);
    }, MARK);
  }

  /**
   * The tasks since the beginning: `clock` is how many milliseconds each lasted, `work` for how many of
   * them a processor worked on it. `contents()` says what it did.
   */
  async end() {
    const { traceEvents } = JSON.parse(await this.#browser.stopTracing());
    const { pid, tid } = traceEvents.find(({ name }) => name === MARK);
    const own = traceEvents.filter((event) => {
      return event.pid === pid && event.tid === tid && event.ph === 'X';
    });
    const tasks = own.filter(({ name }) => name === 'RunTask');
    return tasks.map((task) => ({
      clock: task.dur / 1000,
      work: task.tdur / 1000,
      contents: () => contents(own, task),
    }));
  }
}
