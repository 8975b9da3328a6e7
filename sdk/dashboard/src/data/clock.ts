/* SPDX-License-Identifier: MIT */
import { useSyncExternalStore } from 'react';
import { age } from '../ui/format.ts';
import type { Listener, Readable } from './value.ts';

const TICK_MS = 1000;

/** The time in milliseconds since 1970, each second while somebody listens and the page is seen. */
class Clock implements Readable<number> {
  readonly #listeners = new Set<Listener>();
  #now = Date.now();
  #timer: ReturnType<typeof setInterval> | undefined;

  get = (): number => (this.#timer === undefined ? Date.now() : this.#now);

  subscribe = (listener: Listener): (() => void) => {
    if (this.#listeners.size === 0) this.#start();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  };

  #start(): void {
    document.addEventListener('visibilitychange', this.#tick);
    this.#now = Date.now();
    this.#timer = setInterval(this.#tick, TICK_MS);
  }

  #stop(): void {
    document.removeEventListener('visibilitychange', this.#tick);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick = (): void => {
    if (document.hidden) return;
    this.#now = Date.now();
    for (const listener of [...this.#listeners]) listener();
  };
}

export const clock = new Clock();

/** Something of the time; renders again only when that is another. */
export function useClock<T extends string | number | boolean>(of: (now: number) => T): T {
  return useSyncExternalStore(clock.subscribe, () => of(Math.floor(clock.get() / 1000) * 1000));
}

/** How long ago that was, in short. */
export function useAge(since: number | null): string {
  return useClock((now) => age(since, now));
}

/** Whether `since` is more than so many seconds ago. */
export function useStale(since: number | null, seconds: number): boolean {
  return useClock((now) => isStale(since, now, seconds));
}

/** What is not known is not stale: there is nothing to mark. */
export function isStale(since: number | null, now: number, seconds: number): boolean {
  return since !== null && now - since > seconds * 1000;
}
