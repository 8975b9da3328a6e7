/* SPDX-License-Identifier: MIT */
import { ChannelTable } from './ChannelTable.tsx';
import { useAdmin } from './context.ts';
import { PluginTable } from './PluginTable.tsx';
import { Problem } from '../ui/Problem.tsx';
import type { ChannelState } from './types.ts';
import { usePoll } from './use-poll.ts';

/** Channels and plugins with their state; those that are not open are told of first. */
export function Channels() {
  const { api } = useAdmin();
  const channels = usePoll('channels', (signal) => api.channels(signal));
  const plugins = usePoll('plugins', (signal) => api.plugins(signal));
  const broken = (channels.value ?? []).filter((channel) => channel.state !== 'open');
  return (
    <>
      {broken.length > 0 && <Broken channels={broken} />}
      <section className="card" aria-labelledby="admin-channels">
        <div className="card__head">
          <h2 id="admin-channels">Channels</h2>
        </div>
        <Problem text={channels.error} stale={channels.value !== null} />
        {channels.value && <ChannelTable channels={channels.value} />}
      </section>
      <section className="card" aria-labelledby="admin-plugins">
        <div className="card__head">
          <h2 id="admin-plugins">Plugins</h2>
        </div>
        <Problem text={plugins.error} stale={plugins.value !== null} />
        {plugins.value && <PluginTable plugins={plugins.value} />}
      </section>
    </>
  );
}

function Broken({ channels }: { channels: ChannelState[] }) {
  return (
    <ul className="admin-problems" aria-label="Channels that are not open">
      {channels.map((channel) => (
        <li key={channel.name}>
          <strong>{channel.name}</strong>{' '}
          {channel.state === 'failed' ? 'has failed' : `is ${channel.state}`}
          {channel.detail ? `: ${channel.detail}` : ''}
        </li>
      ))}
    </ul>
  );
}
