/* SPDX-License-Identifier: MIT */
export interface Point {
  /** Milliseconds since 1970. */
  readonly at: number;
  value: number;
}

/**
 * A line over a time without end in a bounded number of points: one a step, the last value in it.
 * When there is no room left the step doubles and neighbours merge.
 */
export class ThinningSeries {
  readonly #limit: number;
  #points: Point[] = [];
  #step: number;

  /** `limit` points at most, one each `step` milliseconds at first. */
  constructor(limit: number, step: number) {
    this.#limit = limit;
    this.#step = step;
  }

  /** Oldest first. */
  get points(): readonly Point[] {
    return this.#points;
  }

  /** What is older than the last point is left out. */
  add(at: number, value: number): void {
    const start = at - (at % this.#step);
    const last = this.#points.at(-1);
    if (last && start < last.at) return;
    if (last && start === last.at) {
      last.value = value;
      return;
    }
    this.#points.push({ at: start, value });
    while (this.#points.length > this.#limit) this.#thin();
  }

  #thin(): void {
    this.#step *= 2;
    const kept: Point[] = [];
    for (const { at, value } of this.#points) {
      const start = at - (at % this.#step);
      const last = kept.at(-1);
      if (last?.at === start) last.value = value;
      else kept.push({ at: start, value });
    }
    this.#points = kept;
  }
}
