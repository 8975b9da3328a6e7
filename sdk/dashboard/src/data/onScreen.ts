/* SPDX-License-Identifier: MIT */
import { useEffect, useState, useSyncExternalStore, type RefObject } from 'react';
import type { Readable } from './value.ts';

/** Begins a little before it is seen. */
const MARGIN = '200px';

/** Whether an element is on the screen, or nearly. Where the browser can not tell, it is. */
export function useOnScreen(element: RefObject<Element | null>): boolean {
  const [seen, setSeen] = useState(true);
  useEffect(() => {
    if (!element.current || typeof IntersectionObserver === 'undefined') return;
    const observer = new IntersectionObserver(
      (entries) => setSeen(entries.at(-1)?.isIntersecting ?? true),
      { rootMargin: MARGIN },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return seen;
}

const never = (): (() => void) => () => undefined;

/** As useValue, but without listening while it is not `active`. */
export function useValueWhile<T>(active: boolean, value: Readable<T>): T {
  return useSyncExternalStore(active ? value.subscribe : never, value.get);
}
