/* SPDX-License-Identifier: MIT */
import { useEffect, useState } from 'react';
import { useValue } from '../data/value.ts';
import { CloseIcon, ErrorIcon, InfoIcon, SuccessIcon, WarningIcon } from './icons.tsx';
import { useToasts, type Toast, type ToastTone } from './toasts.ts';

export { useToasts } from './toasts.ts';

const SHOWN_MS = 6000;

export const TONE_ICONS = {
  info: InfoIcon,
  success: SuccessIcon,
  warning: WarningIcon,
  error: ErrorIcon,
} as const satisfies Record<ToastTone, unknown>;

interface ToastCardProps {
  toast: Toast;
  onDismiss(id: number): void;
}

function ToastCard({ toast, onDismiss }: ToastCardProps) {
  const [held, setHeld] = useState(false);
  const Icon = TONE_ICONS[toast.tone];
  const { id } = toast;

  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => onDismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [held, id, onDismiss]);

  return (
    <li
      className={`toast toast--${toast.tone}`}
      data-testid="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className="toast__icon">
        <Icon />
        <span className="visually-hidden">{toast.tone}: </span>
      </span>
      <div className="toast__text">
        <p className="toast__title">{toast.title}</p>
        {toast.message !== undefined && <p className="toast__message muted">{toast.message}</p>}
      </div>
      <button
        type="button"
        className="button button--quiet button--icon button--small"
        onClick={() => onDismiss(id)}
      >
        <CloseIcon size={14} />
        <span className="visually-hidden">Dismiss</span>
      </button>
    </li>
  );
}

/** The corner in which toasts come up. They stay while the pointer or the focus is on them. */
export function Toasts() {
  const list = useToasts();
  const toasts = useValue(list);
  const [dismiss] = useState(() => (id: number) => list.dismiss(id));
  return (
    <ol
      className="toasts"
      aria-live="polite"
      aria-relevant="additions"
      aria-label="New notifications"
    >
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} onDismiss={dismiss} />
      ))}
    </ol>
  );
}
