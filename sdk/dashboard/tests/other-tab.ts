/* SPDX-License-Identifier: MIT */

/** Another tab writes to localStorage. */
export function otherTab(key: string, value: unknown): void {
  localStorage.setItem(key, JSON.stringify(value));
  window.dispatchEvent(new StorageEvent('storage', { key, storageArea: localStorage }));
}
