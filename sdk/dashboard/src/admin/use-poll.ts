/* SPDX-License-Identifier: MIT */
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from './api.ts';
import { useAdmin } from './context.ts';

/** Milliseconds between two polls of a page that is visible. */
export const POLL_EVERY = 2000;

export interface Poll<T> {
  /** The last answer; it stays when a later poll fails. */
  value: T | null;
  /** Why the last poll failed; null when it did not. */
  error: string | null;
  /** There is no answer for this key yet. */
  loading: boolean;
  /** Asks again now. */
  refresh(): void;
}

/**
 * Loads at once, whenever `key` changes, and then every 2 s, but not while the page is hidden. Until a
 * new key is answered there is no value; with `keep` it is the old key's.
 */
export function usePoll<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  keep = false,
): Poll<T> {
  const { refused } = useAdmin();
  const [state, setState] = useState<{ key: string; value: T | null; error: string | null }>({
    key,
    value: null,
    error: null,
  });
  const current = useRef(load);
  const again = useRef(() => {});
  useEffect(() => {
    current.current = load;
  });

  useEffect(() => {
    const take = (value: T) => setState({ key, value, error: null });
    const fail = (cause: unknown) => {
      if (cause instanceof ApiError && cause.refused) return refused(cause);
      const error = cause instanceof Error ? cause.message : String(cause);
      setState((old) => ({ key, value: old.key === key || keep ? old.value : null, error }));
    };
    const loop = pollWhileVisible(async (signal) => {
      try {
        const value = await current.current(signal);
        if (!signal.aborted) take(value);
      } catch (cause) {
        if (!signal.aborted) fail(cause);
      }
    });
    again.current = loop.now;
    return loop.stop;
  }, [key, keep, refused]);

  const refresh = useCallback(() => again.current(), []);
  const own = state.key === key;
  return {
    value: own || keep ? state.value : null,
    error: own ? state.error : null,
    loading: !own || (state.value === null && state.error === null),
    refresh,
  };
}

/** Runs `task`, each time POLL_EVERY after the last has ended, while the page is visible. */
function pollWhileVisible(task: (signal: AbortSignal) => Promise<void>) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let controller: AbortController | null = null;

  const pause = () => {
    clearTimeout(timer);
    controller?.abort();
    controller = null;
  };
  const now = () => {
    pause();
    if (document.hidden) return;
    const mine = new AbortController();
    controller = mine;
    void run(mine);
  };
  async function run(mine: AbortController) {
    await task(mine.signal);
    if (!mine.signal.aborted) timer = setTimeout(now, POLL_EVERY);
  }
  const stop = () => {
    document.removeEventListener('visibilitychange', now);
    pause();
  };

  document.addEventListener('visibilitychange', now);
  now();
  return { now, stop };
}
