/* SPDX-License-Identifier: MIT */
import { useId, useState, type FormEvent } from 'react';
import { ApiError, type HostApi } from './api.ts';
import { Problem } from '../ui/Problem.tsx';

interface Props {
  /** Why the token that there was is not good enough; null: there was none. */
  refusal: string | null;
  connect(token: string): HostApi;
  onAccepted(token: string): void;
}

/** Asks for the admin token, and tries it before it is kept. */
export function TokenGate({ refusal, connect, onAccepted }: Props) {
  const [problem, setProblem] = useState(refusal);
  const [busy, setBusy] = useState(false);
  const [token, setToken] = useState('');
  const input = useId();
  const hint = useId();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const candidate = token.trim();
    if (!candidate) return setProblem('Enter a token.');
    setBusy(true);
    try {
      await connect(candidate).host();
      onAccepted(candidate);
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  };

  return (
    <form className="card admin-gate" onSubmit={(event) => void submit(event)}>
      <h2>Who is asking?</h2>
      <p id={hint} className="muted">
        This page is for admins of the host. It takes a token whose hash is in the file that{' '}
        <code>auth.admin_tokens_file</code> names, and keeps it until this tab is closed.
      </p>
      <label htmlFor={input}>Admin token</label>
      <div className="admin-gate__row">
        <input
          id={input}
          className="input"
          type="password"
          autoComplete="off"
          spellCheck={false}
          aria-describedby={hint}
          aria-invalid={problem !== null}
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <button className="button button--primary" type="submit" disabled={busy}>
          {busy ? 'Asking…' : 'Open'}
        </button>
      </div>
      <Problem text={problem} />
    </form>
  );
}

function explain(error: unknown): string {
  if (error instanceof ApiError && error.refused) return `The host refused it: ${error.message}.`;
  return error instanceof Error ? error.message : String(error);
}
