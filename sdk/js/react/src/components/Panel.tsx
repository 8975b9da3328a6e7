/* SPDX-License-Identifier: MIT */
import { useId, type ReactNode } from 'react';
import { IDLE, type Status } from '@sentio/client';
import type { Connection } from '../types';
import { LiveIndicator } from './LiveIndicator';

/** What all components take. */
export interface PanelProps {
  /** Instead of the component's own heading. */
  title?: string;
  /** Added to the component's own class. */
  className?: string;
}

interface Props {
  name: string;
  title: string;
  className?: string | undefined;
  connection: Connection;
  /** There are no data to show. */
  empty: boolean;
  /** What to say then, when none are on their way. */
  nothing: string;
  /** Beside the heading. */
  badge?: ReactNode;
  /** At the end of the head. */
  actions?: ReactNode;
  children: ReactNode;
}

const CONNECTING: Status = { ...IDLE, phase: 'connecting' };

/** The frame of every component: heading, live indicator, error, and the data or their absence. */
export function Panel(props: Props) {
  const { name, title, className, connection, empty, nothing, badge, actions, children } = props;
  const { loading, error, refresh } = connection;
  // On a server, and until the page has connected for the first time.
  const soon = loading && connection.status.phase === 'idle';
  const status = soon ? CONNECTING : connection.status;
  const id = useId();
  const classes = ['sentio-panel', `sentio-${name}`, className].filter(Boolean).join(' ');
  return (
    <section className={classes} aria-labelledby={id} aria-busy={loading}>
      <header className="sentio-panel__head">
        <h2 id={id} className="sentio-panel__title">
          {title}
        </h2>
        {badge}
        <LiveIndicator status={status} error={error} />
        {actions}
      </header>
      {error && (
        <p className="sentio-error" role="alert">
          {error.message}
          {status.phase === 'stopped' && (
            <button type="button" className="sentio-button" onClick={refresh}>
              Try again
            </button>
          )}
        </p>
      )}
      {!empty && children}
      {empty && !error && <p className="sentio-nothing">{loading ? 'Loading…' : nothing}</p>}
    </section>
  );
}
