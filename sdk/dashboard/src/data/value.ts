/* SPDX-License-Identifier: MIT */
import { useSyncExternalStore } from 'react';

export type Listener = () => void;

/** Something to read that tells when it has changed; `get` answers the same object until then. */
export interface Readable<T> {
  get(): T;
  subscribe(listener: Listener): () => void;
}

/** A value with listeners. */
export class Value<T> implements Readable<T> {
  #value: T;
  readonly #listeners = new Set<Listener>();

  constructor(value: T) {
    this.#value = value;
  }

  get = (): T => this.#value;

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value));
  }

  subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
}

/** Renders again whenever the value changes. */
export function useValue<T>(value: Readable<T>): T {
  return useSyncExternalStore(value.subscribe, value.get);
}
