/* SPDX-License-Identifier: MIT */
import { createContext, useContext } from 'react';
import { Value } from '../data/value.ts';

export type ToastTone = 'info' | 'success' | 'warning' | 'error';

export interface Toast {
  readonly id: number;
  readonly tone: ToastTone;
  readonly title: string;
  readonly message?: string | undefined;
}

const SHOWN_AT_ONCE = 4;

/** The toasts that are shown, oldest first. */
export class ToastList extends Value<readonly Toast[]> {
  #next = 1;

  constructor() {
    super([]);
  }

  /** Shows one; of too many the oldest goes. */
  push(toast: Omit<Toast, 'id'>): number {
    const id = this.#next++;
    this.update((toasts) => [...toasts, { ...toast, id }].slice(-SHOWN_AT_ONCE));
    return id;
  }

  dismiss(id: number): void {
    this.update((toasts) => toasts.filter((toast) => toast.id !== id));
  }
}

export const ToastContext = createContext<ToastList | null>(null);

/** `useToasts().push({ tone, title, message })` shows a toast, from anywhere in the page. */
export function useToasts(): ToastList {
  const list = useContext(ToastContext);
  if (!list) throw new Error('useToasts: there is no <ToastContext> around');
  return list;
}
