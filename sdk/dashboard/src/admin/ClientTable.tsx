/* SPDX-License-Identifier: MIT */
import { bytes, duration } from '../ui/format.ts';
import { useAdmin } from './context.ts';
import { Meter } from './Meter.tsx';
import type { ClientChannel, ClientState } from './types.ts';
import { exact } from './units.ts';

interface Props {
  clients: readonly ClientState[];
  /** The host's time of this list, ISO 8601: its clock need not be that of this machine. */
  now: string;
  onKick(client: ClientState): void;
}

export function ClientTable({ clients, now, onKick }: Props) {
  if (clients.length === 0) return null;
  return (
    <div className="table-scroll">
      <table className="table admin-table">
        <caption className="visually-hidden">Clients</caption>
        <thead>
          <tr>
            <th scope="col">Client</th>
            <th scope="col">User</th>
            <th scope="col">Subscribed</th>
            <th scope="col" className="number">
              Sent
            </th>
            <th scope="col">Waiting</th>
            <th scope="col" className="number">
              Left out
            </th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {clients.map((client) => (
            <ClientRow key={client.id} client={client} now={now} onKick={onKick} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  client: ClientState;
  now: string;
  onKick(client: ClientState): void;
}

function ClientRow({ client, now, onKick }: RowProps) {
  const age = (Date.parse(now) - Date.parse(client.connected_at)) / 1000;
  return (
    <tr data-client={client.id} data-slow={client.slow}>
      <th scope="row">
        <code>{client.id}</code>
        <small>{client.address}</small>
      </th>
      <td data-label="User">
        {client.user ?? <span className="muted">nobody</span>}
        <small>
          {client.transport === 'sse' ? 'SSE' : 'WebSocket'}
          {client.compressed && ' (deflate)'}, {duration(age)}
        </small>
      </td>
      <td data-label="Subscribed">
        {client.channels.map((channel) => (
          <Subscribed key={channel.name} channel={channel} />
        ))}
        {client.channels.length === 0 && (
          <span className="muted">{client.publisher ? 'publishes' : 'nothing'}</span>
        )}
      </td>
      <td data-label="Sent" className="number">
        {exact(client.messages_out)}
        <small>{bytes(client.bytes_out)}</small>
      </td>
      <td data-label="Waiting">
        {bytes(client.outbox_bytes)}{' '}
        {client.slow && <span className="badge badge--warn">slow</span>}
        <Meter
          label={`Outbox of ${client.id}`}
          value={client.outbox_bytes}
          limit={client.outbox_limit}
        />
      </td>
      <td data-label="Left out" className="number">
        {exact(client.dropped)} dropped
        <small>{exact(client.conflated)} conflated</small>
      </td>
      <td className="admin-actions">
        <ClientActions client={client} onKick={onKick} />
      </td>
    </tr>
  );
}

function ClientActions({ client, onKick }: Omit<RowProps, 'now'>) {
  const { openTrace } = useAdmin();
  return (
    <>
      <button
        type="button"
        className="button button--small"
        onClick={() => openTrace({ client: client.id })}
      >
        Trace
      </button>
      <button
        type="button"
        className="button button--small button--danger"
        onClick={() => onKick(client)}
      >
        Kick
      </button>
    </>
  );
}

function topicsText({ all, symbols, topics }: ClientChannel): string {
  if (all) return 'everything';
  if (symbols.length === 0) return `${exact(topics)} ${topics === 1 ? 'topic' : 'topics'}`;
  const more = topics - symbols.length;
  return symbols.join(' ') + (more > 0 ? ` +${more}` : '');
}

function Subscribed({ channel }: { channel: ClientChannel }) {
  const filters = Object.entries(channel.filters ?? {}).map(
    ([name, value]) => `, ${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const text = topicsText(channel) + filters.join('');
  return (
    <div>
      {channel.name}
      <small title={text}>{text}</small>
    </div>
  );
}
