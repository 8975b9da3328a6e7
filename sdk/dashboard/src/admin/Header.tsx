/* SPDX-License-Identifier: MIT */
import { Badge } from '../ui/Badge.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';
import { Problem } from '../ui/Problem.tsx';
import type { HostState } from './types.ts';
import type { Poll } from './use-poll.ts';

/** The page's heading, and whether the host is ready: seen from every section. */
export function Header({ host, onLeave }: { host: Poll<HostState>; onLeave(): void }) {
  const { value, error } = host;
  return (
    <header className="admin-header">
      <PageHeader title="Admin" note={value && <Readiness host={value} />}>
        <button type="button" className="button" onClick={onLeave}>
          Forget token
        </button>
      </PageHeader>
      <Problem text={error} stale={value !== null} />
      {value && value.problems.length > 0 && (
        <ul className="admin-problems" aria-label="Problems of the host">
          {value.problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
    </header>
  );
}

function Readiness({ host }: { host: HostState }) {
  return (
    <>
      <span role="status" data-testid="readiness">
        {host.ready ? <Badge tone="ok">✓ ready</Badge> : <Badge tone="error">✕ not ready</Badge>}
      </span>{' '}
      <span className="admin-version">sentiod {host.version}</span>
    </>
  );
}
