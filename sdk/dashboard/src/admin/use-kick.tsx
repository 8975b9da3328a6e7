/* SPDX-License-Identifier: MIT */
import { useState, type ReactNode } from 'react';
import { ApiError } from './api.ts';
import { useAdmin } from './context.ts';
import { KickDialog } from './KickDialog.tsx';
import { Problem } from '../ui/Problem.tsx';
import type { ClientState } from './types.ts';

interface Kick {
  /** Asks whether this client shall be closed. */
  ask(client: ClientState): void;
  /** Both to be rendered by who uses this. */
  dialog: ReactNode;
  notice: ReactNode;
}

/** Closing a client, with a question first and what came of it after. */
export function useKick(onKicked: () => void): Kick {
  const { api, refused } = useAdmin();
  const [client, setClient] = useState<ClientState | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const kick = async (id: string, reason: string) => {
    setClient(null);
    setDone(null);
    setProblem(null);
    try {
      await api.kick(id, reason || undefined);
      setDone(`Kicked ${id}.`);
      onKicked();
    } catch (error) {
      if (error instanceof ApiError && error.refused) return refused(error);
      const why = error instanceof Error ? error.message : String(error);
      setProblem(`${id} was not kicked: ${why}`);
      onKicked();
    }
  };

  return {
    ask: setClient,
    dialog: client && (
      <KickDialog
        client={client}
        onCancel={() => setClient(null)}
        onKick={(reason) => void kick(client.id, reason)}
      />
    ),
    notice: (
      <>
        <p role="status" className="admin-notice">
          {done}
        </p>
        <Problem text={problem} />
      </>
    ),
  };
}
