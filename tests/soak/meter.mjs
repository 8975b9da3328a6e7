// SPDX-License-Identifier: MIT
// What a page costs the browser.

/** Runs in the page: keeps its long tasks, in milliseconds since it was opened. */
function keepLongTasks() {
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      window.longTasks.push({ at: startTime, duration });
    }
  }).observe({ type: 'longtask', buffered: true });
}

/** Runs in the page: the frames of so many milliseconds, a second. */
function countFrames(ms) {
  return new Promise((done) => {
    let frames = -1;
    let began;
    const step = (now) => {
      began ??= now;
      frames += 1;
      if (now - began < ms) requestAnimationFrame(step);
      else done((frames * 1000) / (now - began));
    };
    requestAnimationFrame(step);
  });
}

export class Meter {
  #page;
  #debugger;
  /** When the meter itself kept the page from its work, by the page's clock. */
  #own = [];

  /** Of a page that has not been opened yet. */
  static async of(page) {
    const meter = new Meter();
    meter.#page = page;
    await page.addInitScript(keepLongTasks);
    meter.#debugger = await page.context().newCDPSession(page);
    await meter.#debugger.send('Performance.enable');
    return meter;
  }

  /** Frames a second, over so many milliseconds. */
  async frames(ms) {
    await this.#page.bringToFront();
    return this.#page.evaluate(countFrames, ms);
  }

  async #figures() {
    const { metrics } = await this.#debugger.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  }

  /** Seconds that the main thread has worked so far, and seconds that went by. */
  async work() {
    const { TaskDuration, Timestamp } = await this.#figures();
    return { busy: TaskDuration, time: Timestamp };
  }

  now() {
    return this.#page.evaluate(() => performance.now());
  }

  /** Bytes of JavaScript's heap that are in use, after what is not has been collected. */
  async heap() {
    const from = await this.now();
    await this.#debugger.send('HeapProfiler.collectGarbage');
    const { JSHeapUsedSize } = await this.#figures();
    this.#own.push({ from, to: await this.now() });
    return JSHeapUsedSize;
  }

  /** Durations of the tasks over 50 ms, but for those of the first `from` milliseconds and the meter's. */
  async longTasks(from) {
    const tasks = await this.#page.evaluate(() => window.longTasks);
    const own = ({ at, duration }) =>
      this.#own.some((span) => at <= span.to && at + duration >= span.from);
    return tasks.filter((task) => task.at > from && !own(task)).map((task) => task.duration);
  }
}
