/* SPDX-License-Identifier: MIT */
import { BusinessFigures } from './BusinessFigures.tsx';
import { HostFigures } from './HostFigures.tsx';
import type { HostState } from './types.ts';
import type { Poll } from './use-poll.ts';

export function Overview({ host }: { host: Poll<HostState> }) {
  return (
    <>
      <BusinessFigures />
      {host.value && <HostFigures host={host.value} />}
      {host.loading && <p className="muted">Asking the host…</p>}
    </>
  );
}
