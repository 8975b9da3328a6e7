/* SPDX-License-Identifier: MIT */
/**
 * Runs a function at most once in `ms`, however often that is asked for: at once when it has not run
 * for that long. While the page is hidden it waits, and runs once the page is seen again.
 */
export class Pacer {
  readonly #run: () => void;
  readonly #ms: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ranAt = -Infinity;
  #asked = false;

  constructor(run: () => void, ms: number) {
    this.#run = run;
    this.#ms = ms;
    document.addEventListener('visibilitychange', this.#onVisibility);
  }

  request(): void {
    if (this.#asked) return;
    this.#asked = true;
    if (document.hidden) return;
    this.#schedule();
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    clearTimeout(this.#timer);
    this.#asked = true;
  }

  #onVisibility = (): void => {
    if (document.hidden) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else if (this.#asked && this.#timer === undefined) {
      this.#schedule();
    }
  };

  #schedule(): void {
    const wait = Math.max(0, this.#ranAt + this.#ms - performance.now());
    this.#timer = setTimeout(this.#fire, wait);
  }

  #fire = (): void => {
    this.#timer = undefined;
    this.#asked = false;
    this.#ranAt = performance.now();
    this.#run();
  };
}
