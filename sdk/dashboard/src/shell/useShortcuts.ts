/* SPDX-License-Identifier: MIT */
import { useEffect } from 'react';
import { Shortcuts, takesText, type Bindings } from './keys.ts';

/** Listens to the page's shortcuts; not while text is written or a dialog is open. */
export function useShortcuts(bindings: Bindings): void {
  useEffect(() => {
    const shortcuts = new Shortcuts(bindings);
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || takesText(event.target)) return;
      if (document.querySelector('dialog[open]')) return;
      if (shortcuts.press(event)) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [bindings]);
}

/** Puts the cursor into the page's search field. */
export function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('[data-search]');
  field?.focus();
  field?.select();
}
