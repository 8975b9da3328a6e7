/* SPDX-License-Identifier: MIT */

// All that is due shares one callback, so that React renders all of it once.
const due = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

// A hidden page gets no frames, and a server has none; timers run everywhere.
export const SLOWEST_MS = 200;

function run(): void {
  clearTimeout(timer);
  for (const task of due) {
    due.delete(task);
    task();
  }
}

/** Calls `task` in the next frame, once however often it was asked for. */
export function inFrame(task: () => void): void {
  if (!due.size) {
    globalThis.requestAnimationFrame?.(run);
    timer = setTimeout(run, SLOWEST_MS);
  }
  due.add(task);
}
