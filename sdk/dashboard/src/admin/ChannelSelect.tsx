/* SPDX-License-Identifier: MIT */
import { useAdmin } from './context.ts';
import { usePoll } from './use-poll.ts';

interface Props {
  label: string;
  /** The choice of none, whose value is ""; without it one has to be chosen. */
  any?: string;
  value: string;
  onChange(channel: string): void;
}

/** The host's channels, by name. */
export function ChannelSelect({ label, any, value, onChange }: Props) {
  const { api } = useAdmin();
  const channels = usePoll('channels', (signal) => api.channels(signal));
  const names = (channels.value ?? []).map((channel) => channel.name);
  // The chosen one stays when the list is not there yet, or no longer has it.
  if (value && !names.includes(value)) names.unshift(value);
  return (
    <select
      className="select"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {any !== undefined && <option value="">{any}</option>}
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}
