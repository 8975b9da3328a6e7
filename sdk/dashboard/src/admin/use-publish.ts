/* SPDX-License-Identifier: MIT */
import { useCallback, useState } from 'react';
import { ApiError } from './api.ts';
import { useAdmin } from './context.ts';
import type { FieldError, Published } from './types.ts';

/** What came of the last publish. */
export type Outcome =
  | { readonly published: Published }
  | { readonly refused: string; readonly errors: readonly FieldError[] };

interface Publisher {
  outcome: Outcome | null;
  busy: boolean;
  publish(channel: string, body: string): Promise<void>;
  forget(): void;
}

export function usePublish(): Publisher {
  const { api, refused } = useAdmin();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [busy, setBusy] = useState(false);

  const publish = useCallback(
    async (channel: string, body: string) => {
      setBusy(true);
      setOutcome(null);
      try {
        setOutcome({ published: await api.publish(channel, body) });
      } catch (error) {
        if (error instanceof ApiError && error.refused) return refused(error);
        const errors = error instanceof ApiError ? error.errors : [];
        setOutcome({ refused: error instanceof Error ? error.message : String(error), errors });
      } finally {
        setBusy(false);
      }
    },
    [api, refused],
  );
  const forget = useCallback(() => setOutcome(null), []);
  return { outcome, busy, publish, forget };
}
