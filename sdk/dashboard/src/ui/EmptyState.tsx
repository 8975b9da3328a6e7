/* SPDX-License-Identifier: MIT */
import type { ReactNode } from 'react';

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  /** What to do about it. */
  children?: ReactNode;
  /** A command line that does it. */
  command?: string;
}

/** Stands where there is nothing to show yet, and tells what to do. */
export function EmptyState({ icon, title, children, command }: EmptyStateProps) {
  return (
    <div className="empty">
      {icon !== undefined && <div className="empty__icon">{icon}</div>}
      <p className="empty__title">{title}</p>
      {children !== undefined && <div className="empty__text">{children}</div>}
      {command !== undefined && (
        <pre className="empty__command" tabIndex={0} aria-label="Command">
          <code>{command}</code>
        </pre>
      )}
    </div>
  );
}
