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

/**
 * A value that outlives the page, and is the same in all tabs that share the storage. `parse` makes a
 * valid one of whatever was found, or of undefined; `own` is what this tab had, when another has
 * changed it.
 */
export function stored<T>(
  key: string,
  parse: (found: unknown, own?: T) => T,
  storage: Storage = localStorage,
): Value<T> {
  const value = new Value(parse(read(storage, key)));
  let told = false;
  value.subscribe(() => told || write(storage, key, value.get()));
  // Of the other tabs alone. What they wrote is not written back, or two could go on for ever.
  window.addEventListener('storage', (event) => {
    if (event.storageArea !== storage || event.key !== key) return;
    told = true;
    try {
      value.set(parse(read(storage, key), value.get()));
    } finally {
      told = false;
    }
  });
  return value;
}
