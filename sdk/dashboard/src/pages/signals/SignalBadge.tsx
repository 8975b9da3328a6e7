/* SPDX-License-Identifier: MIT */
import { Badge, type Tone } from '../../ui/Badge.tsx';
import { label } from '../../ui/format.ts';
import { DownIcon, FlatIcon, UpIcon } from '../../ui/icons.tsx';

const LOOKS: Readonly<Record<string, { tone: Tone; Icon: typeof UpIcon }>> = {
  buy: { tone: 'ok', Icon: UpIcon },
  sell: { tone: 'error', Icon: DownIcon },
  hold: { tone: 'neutral', Icon: FlatIcon },
};

export function SignalBadge({ signal }: { signal: string }) {
  const { tone, Icon } = LOOKS[signal] ?? { tone: 'accent' as const, Icon: FlatIcon };
  return (
    <Badge tone={tone}>
      <Icon size={8} />
      {label(signal)}
    </Badge>
  );
}
