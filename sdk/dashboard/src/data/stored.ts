/* SPDX-License-Identifier: MIT */
import { Value } from './value.ts';

function read(storage: Storage, key: string): unknown {
  try {
    const text = storage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as unknown);
  } catch {
    // What cannot be read, or is not ours, is as good as nothing.
    return undefined;
  }
}

function write(storage: Storage, key: string, value: unknown): void {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the value then lasts as long as the page.
  }
}

/** A value that outlives the page. `parse` makes a valid one of whatever was found, or of undefined. */
export function stored<T>(
  key: string,
  parse: (found: unknown) => T,
  storage: Storage = localStorage,
): Value<T> {
  const value = new Value(parse(read(storage, key)));
  value.subscribe(() => write(storage, key, value.get()));
  return value;
}
