/* SPDX-License-Identifier: MIT */
import type { ReactNode } from 'react';

interface PageHeaderProps {
  title: string;
  /** Beside the title, in short. */
  note?: ReactNode;
  /** At the other end. */
  children?: ReactNode;
}

/** The page's only h1, with its actions. */
export function PageHeader({ title, note, children }: PageHeaderProps) {
  return (
    <div className="page-head">
      <h1>{title}</h1>
      {note !== undefined && <div className="page-head__note muted">{note}</div>}
      {children !== undefined && <div className="page-head__actions toolbar">{children}</div>}
    </div>
  );
}
