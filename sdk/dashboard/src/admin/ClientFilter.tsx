/* SPDX-License-Identifier: MIT */
import { ChannelSelect } from './ChannelSelect.tsx';

export interface Wanted {
  channel: string;
  user: string;
  slow: boolean;
}

interface Props {
  wanted: Wanted;
  onChange(wanted: Wanted): void;
}

export function ClientFilter({ wanted, onChange }: Props) {
  return (
    <form
      className="card__actions"
      role="search"
      aria-label="Clients"
      onSubmit={(event) => event.preventDefault()}
    >
      <ChannelSelect
        label="Channel"
        any="All channels"
        value={wanted.channel}
        onChange={(channel) => onChange({ ...wanted, channel })}
      />
      <input
        className="input"
        type="search"
        placeholder="User"
        aria-label="User"
        spellCheck={false}
        value={wanted.user}
        onChange={(event) => onChange({ ...wanted, user: event.target.value })}
      />
      <label className="admin-check">
        <input
          type="checkbox"
          checked={wanted.slow}
          onChange={(event) => onChange({ ...wanted, slow: event.target.checked })}
        />
        Slow only
      </label>
    </form>
  );
}
