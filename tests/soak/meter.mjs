// SPDX-License-Identifier: MIT
// What a page costs the browser.

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

  static async of(page) {
    const meter = new Meter();
    meter.#page = page;
    meter.#debugger = await page.context().newCDPSession(page);
    // Time in which a processor worked on it: waiting for one is not the page's doing.
    await meter.#debugger.send('Performance.enable', { timeDomain: 'threadTicks' });
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

  /** Bytes of JavaScript's heap that are in use, after what is not has been collected. */
  async heap() {
    await this.#debugger.send('HeapProfiler.collectGarbage');
    const { JSHeapUsedSize } = await this.#figures();
    return JSHeapUsedSize;
  }
}
