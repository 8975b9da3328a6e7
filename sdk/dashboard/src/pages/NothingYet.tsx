/* SPDX-License-Identifier: MIT */
import type { ReactNode } from 'react';
import { phaseOf } from '../data/connection.ts';
import type { FeedName } from '../data/feeds.ts';
import { useValue } from '../data/value.ts';
import { useSession } from '../session/context.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { publishCommand } from './commands.ts';

interface NothingYetProps {
  channel: FeedName;
  icon: ReactNode;
  title: string;
  /** What publishes something. */
  example: object;
  children: ReactNode;
}

/** Stands where a channel has brought nothing: how to publish, or that the host has not been asked yet. */
export function NothingYet({ channel, icon, title, example, children }: NothingYetProps) {
  const links = useValue(useSession().feeds);
  const link = links.find((each) => each.channel === channel);
  const phase = link ? phaseOf(link) : 'connecting';
  if (phase === 'live' || phase === 'polling') {
    return (
      <EmptyState icon={icon} title={title} command={publishCommand(channel, example)}>
        {children}
      </EmptyState>
    );
  }
  const reason = link?.status.reason;
  const [heading, text] =
    phase === 'stopped'
      ? ['Not connected', reason ?? 'The host has refused.']
      : [
          'Waiting for the host',
          reason ? `It does not answer: ${reason}.` : 'What it knows comes up here then.',
        ];
  return (
    <EmptyState icon={icon} title={heading}>
      {text}
    </EmptyState>
  );
}
