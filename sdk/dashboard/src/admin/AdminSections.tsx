/* SPDX-License-Identifier: MIT */
import { useEffect, useMemo, useState } from 'react';
import type { ApiError, HostApi } from './api.ts';
import { Boundary } from '../ui/Boundary.tsx';
import { Channels } from './Channels.tsx';
import { Clients } from './Clients.tsx';
import { AdminContext, useAdmin, type Admin } from './context.ts';
import { Header } from './Header.tsx';
import { Overview } from './Overview.tsx';
import { Publish } from './Publish.tsx';
import { Rates } from './Rates.tsx';
import { useSection, type Section } from './sections.ts';
import { Slow } from './Slow.tsx';
import { Tabs } from './Tabs.tsx';
import { Trace } from './Trace.tsx';
import { TraceSession } from './trace-session.ts';
import { usePoll } from './use-poll.ts';

interface Props {
  token: string;
  connect(token: string): HostApi;
  /** Without an error: the operator wants to leave. */
  onLeave(error?: ApiError): void;
}

/** Everything behind the gate, for one token. */
export function AdminSections({ token, connect, onLeave }: Props) {
  const [section, open] = useSection();
  const [channel, setChannel] = useState<string | null>(null);
  const admin = useMemo((): Admin => {
    const api = connect(token);
    const trace = new TraceSession(api, onLeave);
    return {
      api,
      token,
      trace,
      drafts: new Map(),
      refused: onLeave,
      openTrace: (target) => {
        trace.start(target);
        open('trace');
      },
      openPublish: (name) => {
        setChannel(name);
        open('publish');
      },
    };
  }, [token, connect, onLeave, open]);
  useEffect(() => () => admin.trace.stop(), [admin]);

  return (
    <AdminContext value={admin}>
      <Panels section={section} open={open} channel={channel} onLeave={() => onLeave()} />
    </AdminContext>
  );
}

interface PanelsProps {
  section: Section;
  open(section: Section): void;
  channel: string | null;
  onLeave(): void;
}

function Panels({ section, open, channel, onLeave }: PanelsProps) {
  const { api } = useAdmin();
  const host = usePoll('host', (signal) => api.host(signal));
  return (
    <div className="admin">
      <Header host={host} onLeave={onLeave} />
      <Tabs open={section} onOpen={open} />
      <div id="admin-panel" role="tabpanel" aria-labelledby={`admin-tab-${section}`}>
        <Boundary key={section}>
          {section === 'overview' && <Overview host={host} />}
          {section === 'channels' && <Channels />}
          {section === 'clients' && <Clients />}
          {section === 'rates' && <Rates />}
          {section === 'slow' && <Slow host={host.value} />}
          {section === 'trace' && <Trace />}
          {section === 'publish' && <Publish channel={channel} />}
        </Boundary>
      </div>
    </div>
  );
}
