/* SPDX-License-Identifier: MIT */
import { bytes, duration } from '../ui/format.ts';
import { Meter } from './Meter.tsx';
import { Stat } from './Stat.tsx';
import type { Counts, HostState } from './types.ts';
import { exact, rounded } from './units.ts';

const COUNTS: readonly [keyof Counts, string][] = [
  ['updates', 'Updates'],
  ['items', 'Items'],
  ['refused', 'Refused'],
  ['deliveries', 'Deliveries'],
  ['bytes_out', 'Sent'],
  ['connections', 'Connections'],
  ['conflated', 'Conflated'],
  ['dropped', 'Dropped'],
  ['slow_closed', 'Closed as too slow'],
];

function countText(name: keyof Counts, value: number): string {
  return name === 'bytes_out' ? bytes(value) : exact(value);
}

function rateText(name: keyof Counts, value: number): string {
  return `${name === 'bytes_out' ? bytes(value) : rounded(value)}/s`;
}

/** How the host itself is. */
export function HostFigures({ host }: { host: HostState }) {
  return (
    <section className="admin-section" aria-labelledby="admin-host">
      <h2 id="admin-host">Host</h2>
      <dl className="admin-stats">
        <Connections connections={host.connections} />
        <Stat name="Updates" value={rateText('updates', host.rates.updates)} note="published" />
        <Stat
          name="Deliveries"
          value={rateText('deliveries', host.rates.deliveries)}
          note={rateText('bytes_out', host.rates.bytes_out)}
        />
        <Stat name="Memory" value={bytes(host.memory.rss_bytes)} note="resident" />
        <Files files={host.files} />
        <Stat
          name="Uptime"
          value={duration(host.uptime_s)}
          note={`process ${host.pid}, ${host.threads.io} io ${host.threads.io === 1 ? 'thread' : 'threads'}`}
        />
      </dl>
      <Totals host={host} />
    </section>
  );
}

function Connections({ connections }: { connections: HostState['connections'] }) {
  const { open, limit, websocket, sse, other } = connections;
  return (
    <Stat
      name="Connections"
      value={exact(open)}
      note={
        <>
          {exact(websocket)} WebSocket, {exact(sse)} SSE, {exact(other)} other
          <Meter label="Connections of their limit" value={open} limit={limit} />
        </>
      }
    />
  );
}

function Files({ files }: { files: HostState['files'] }) {
  return (
    <Stat
      name="Open files"
      value={exact(files.open)}
      note={
        <>
          {files.limit > 0 && `of ${exact(files.limit)}`}
          <Meter label="Open files of their limit" value={files.open} limit={files.limit} />
        </>
      }
    />
  );
}

function Totals({ host }: { host: HostState }) {
  return (
    <div className="card table-scroll">
      <table className="table">
        <caption className="visually-hidden">What the host has counted</caption>
        <thead>
          <tr>
            <th scope="col">Counted</th>
            <th scope="col" className="number">
              A second, over 10 s
            </th>
            <th scope="col" className="number">
              Since the start
            </th>
          </tr>
        </thead>
        <tbody>
          {COUNTS.map(([name, label]) => (
            <tr key={name} data-count={name}>
              <th scope="row">{label}</th>
              <td className="number">{rateText(name, host.rates[name])}</td>
              <td className="number">{countText(name, host.totals[name])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
