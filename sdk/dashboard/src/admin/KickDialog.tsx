/* SPDX-License-Identifier: MIT */
import { useId, useState, type FormEvent } from 'react';
import { Dialog } from '../ui/Dialog.tsx';
import type { ClientState } from './types.ts';

interface Props {
  client: ClientState;
  onCancel(): void;
  onKick(reason: string): void;
}

/** Asks before a connection is closed. */
export function KickDialog({ client, onCancel, onKick }: Props) {
  const [reason, setReason] = useState('');
  const form = useId();
  const input = useId();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    onKick(reason.trim());
  };
  const footer = (
    <>
      <button type="button" className="button" onClick={onCancel}>
        Cancel
      </button>
      <button type="submit" form={form} className="button button--danger">
        Kick client
      </button>
    </>
  );

  return (
    <Dialog open title="Kick this client?" onClose={onCancel} footer={footer}>
      <form id={form} className="admin-kick" onSubmit={submit}>
        <p>
          The connection <code>{client.id}</code> of{' '}
          <strong>{client.user ?? 'nobody in particular'}</strong> ({client.address}) is closed with
          1008 “kicked”, after which a client of ours does not reconnect by itself.
        </p>
        <div className="field">
          <label htmlFor={input}>Reason, for the log</label>
          <input
            id={input}
            className="input"
            maxLength={80}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
      </form>
    </Dialog>
  );
}
