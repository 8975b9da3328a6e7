/* SPDX-License-Identifier: MIT */
import { bytes } from '../ui/format.ts';
import { useAdmin } from './context.ts';
import { StateBadge } from './StateBadge.tsx';
import type { ChannelState } from './types.ts';
import { exact, rounded } from './units.ts';

export function ChannelTable({ channels }: { channels: readonly ChannelState[] }) {
  return (
    <div className="table-scroll">
      <table className="table admin-table">
        <caption className="visually-hidden">Channels</caption>
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col">State</th>
            <th scope="col">Plugin</th>
            <th scope="col" className="number">
              Subscribers
            </th>
            <th scope="col" className="number">
              Updates
            </th>
            <th scope="col" className="number">
              Items
            </th>
            <th scope="col">Log</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {channels.map((channel) => (
            <ChannelRow key={channel.name} channel={channel} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ChannelRow({ channel }: { channel: ChannelState }) {
  const { openTrace, openPublish } = useAdmin();
  const { name } = channel;
  return (
    <tr data-channel={name} data-state={channel.state}>
      <th scope="row">
        {name}
        <small>{channel.path || 'no path of its own'}</small>
      </th>
      <td data-label="State">
        <StateBadge state={channel.state} />
        {channel.detail && <small className="admin-detail">{channel.detail}</small>}
      </td>
      <td data-label="Plugin">
        {channel.plugin} {channel.version}
        <Isolation isolation={channel.isolation} deaths={channel.deaths} />
      </td>
      <td data-label="Subscribers" className="number">
        {exact(channel.subscribers)}
        <small>{exact(channel.topics)} topics</small>
      </td>
      <td data-label="Updates" className="number">
        {rounded(channel.rate)}/s
        <small>{exact(channel.updates)}</small>
      </td>
      <td data-label="Items" className="number">
        {exact(channel.items)}
        <small>{exact(channel.latest)} latest</small>
      </td>
      <td data-label="Log">
        offset {channel.offset}
        <small>
          {bytes(channel.history_bytes)} {channel.durable ? 'on disk' : 'in memory'}, epoch{' '}
          <code title={channel.epoch}>{channel.epoch.slice(0, 6)}</code>
        </small>
      </td>
      <td className="admin-actions">
        <button
          type="button"
          className="button button--small"
          aria-label={`Trace ${name}`}
          onClick={() => openTrace({ channel: name })}
        >
          Trace
        </button>
        <button
          type="button"
          className="button button--small"
          aria-label={`Publish on ${name}`}
          onClick={() => openPublish(name)}
        >
          Publish
        </button>
      </td>
    </tr>
  );
}

export function Isolation({ isolation, deaths }: { isolation: string; deaths: number }) {
  return (
    <small>
      {isolation === 'process' ? 'own process' : 'in the host'}
      {deaths > 0 && <strong className="admin-deaths">, died {exact(deaths)} ×</strong>}
    </small>
  );
}
