/* SPDX-License-Identifier: MIT */
import { Isolation } from './ChannelTable.tsx';
import { StateBadge } from './StateBadge.tsx';
import type { PluginState } from './types.ts';
import { exact } from './units.ts';

export function PluginTable({ plugins }: { plugins: readonly PluginState[] }) {
  return (
    <div className="table-scroll">
      <table className="table admin-table">
        <caption className="visually-hidden">Plugins</caption>
        <thead>
          <tr>
            <th scope="col">Plugin</th>
            <th scope="col">State</th>
            <th scope="col">Channels</th>
            <th scope="col" className="number">
              Calls
            </th>
            <th scope="col" className="number">
              Slow calls
            </th>
            <th scope="col">Runs</th>
          </tr>
        </thead>
        <tbody>
          {plugins.map((plugin) => (
            <tr key={plugin.file + plugin.channels.join()} data-plugin={plugin.file}>
              <th scope="row">
                {plugin.name} {plugin.version}
                <small title={plugin.file}>
                  {plugin.file.split('/').at(-1)}, ABI {plugin.abi}
                </small>
              </th>
              <td data-label="State">
                <StateBadge state={plugin.state} />
              </td>
              <td data-label="Channels">{plugin.channels.join(', ') || '–'}</td>
              <td data-label="Calls" className="number">
                {exact(plugin.calls)}
              </td>
              <td
                data-label="Slow calls"
                className={plugin.slow_calls > 0 ? 'number admin-warn' : 'number'}
              >
                {exact(plugin.slow_calls)}
              </td>
              <td data-label="Runs">
                <Isolation isolation={plugin.isolation} deaths={plugin.deaths} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
