/* SPDX-License-Identifier: MIT */
import { Badge, type Tone } from '../ui/Badge.tsx';

const TONES: Record<string, Tone> = { open: 'ok', failed: 'error' };
const SIGNS: Record<string, string> = { open: '✓', failed: '✕' };

/** The state of a channel or plugin, told by colour, sign and word. */
export function StateBadge({ state }: { state: string }) {
  return (
    <Badge tone={TONES[state] ?? 'warn'}>
      <span aria-hidden="true">{SIGNS[state] ?? '…'}</span>
      {state}
    </Badge>
  );
}
