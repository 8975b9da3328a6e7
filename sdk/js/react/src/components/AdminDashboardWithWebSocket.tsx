/* SPDX-License-Identifier: MIT */
import { useId } from 'react';
import type { TokenSource } from '@sentio/client';
import { useAdminWebSocket } from '../hooks/useWebSocket';
import { words, type Locale } from './format';
import { Panel, type PanelProps } from './Panel';
import { transport, type TransportProps } from './transport';
import { Fields } from './Value';

export interface AdminDashboardProps extends PanelProps, Locale, TransportProps {
  /** An admin token of the host, or a JWT with the admin role. */
  adminToken?: TokenSource;
}

interface KindProps {
  kind: string;
  data: Record<string, unknown>;
  locale: Locale;
}

function Kind({ kind, data, locale }: KindProps) {
  const id = useId();
  return (
    <section className="sentio-card" aria-labelledby={id}>
      <h3 id={id}>{words(kind)}</h3>
      <Fields value={data} locale={locale} />
    </section>
  );
}

const FIRST = ['users', 'subscribers', 'revenue', 'user_analytics'];

/** Known kinds in their order, then the others by name. */
function inOrder(kinds: string[]): string[] {
  const known = FIRST.filter((kind) => kinds.includes(kind));
  return [...known, ...kinds.filter((kind) => !FIRST.includes(kind)).sort()];
}

/** The admin channel: the latest figures of each kind. */
export function AdminDashboardWithWebSocket(props: AdminDashboardProps) {
  const { adminToken, title = 'Admin Dashboard', className, locale, currency } = props;
  const { data, ...connection } = useAdminWebSocket(adminToken, transport(props));
  const kinds = inOrder(Object.keys(data));
  return (
    <Panel
      name="admin"
      title={title}
      className={className}
      connection={connection}
      empty={!kinds.length}
      nothing="No figures yet."
    >
      <div className="sentio-cards">
        {kinds.map((kind) => (
          <Kind key={kind} kind={kind} data={data[kind] ?? {}} locale={{ locale, currency }} />
        ))}
      </div>
    </Panel>
  );
}
