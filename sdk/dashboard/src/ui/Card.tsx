/* SPDX-License-Identifier: MIT */
import { useId, type ReactNode } from 'react';

interface CardProps {
  title?: ReactNode;
  actions?: ReactNode;
  /** Without padding, for tables and charts. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

/** A titled surface. */
export function Card({ title, actions, flush = false, className = '', children }: CardProps) {
  const id = useId();
  const titled = title !== undefined;
  return (
    <section className={`card ${className}`} aria-labelledby={titled ? id : undefined}>
      {(titled || actions !== undefined) && (
        <div className="card__head">
          {titled && <h2 id={id}>{title}</h2>}
          {actions !== undefined && <div className="card__actions">{actions}</div>}
        </div>
      )}
      <div className={flush ? 'card__body card__body--flush' : 'card__body'}>{children}</div>
    </section>
  );
}
