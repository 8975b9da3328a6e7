/* SPDX-License-Identifier: MIT */
import { act, render } from '@testing-library/react';
import { afterEach, vi } from 'vitest';
import AdminPage from '../../src/admin/AdminPage.tsx';
import { Value } from '../../src/data/value.ts';
import { SessionContext } from '../../src/session/context.ts';
import type { Session } from '../../src/session/session.ts';
import { FakeHost, TOKEN } from './fake-host.ts';

/** What the channel `admin` has said; a test may put something else here before it opens the page. */
export const business = {
  data: {} as Record<string, unknown>,
  error: null as Error | null,
  isConnected: true,
  loading: false,
};

vi.mock('@sentio/react', () => ({ useAdminWebSocket: () => business }));
vi.mock('@sentio/client', () => ({ addresses: () => ({ ws: '', api: '' }) }));

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Lets what was answered be shown, and `milliseconds` of the fake clock pass. */
export async function pass(milliseconds = 0): Promise<void> {
  await act(() => vi.advanceTimersByTimeAsync(milliseconds));
}

export interface Opened {
  host: FakeHost;
  /** The token that the tab keeps; "" for none. */
  adminToken: Value<string>;
}

/** The page at `#/admin` with a token and parameters, against a host of its own, under a fake clock. */
export async function openPage(
  token: string,
  parameters = '',
  prepare = (_host: FakeHost) => {},
): Promise<Opened> {
  const host = new FakeHost();
  const adminToken = new Value(token);
  prepare(host);
  vi.useFakeTimers();
  vi.stubGlobal('fetch', host.fetch);
  window.location.hash = `#/admin${parameters}`;
  render(
    <SessionContext value={{ adminToken } as Partial<Session> as Session}>
      <AdminPage />
    </SessionContext>,
  );
  await pass();
  return { host, adminToken };
}

/** A section of it, with a token that the host takes. */
export async function openSection(
  tab: string,
  prepare?: (host: FakeHost) => void,
): Promise<FakeHost> {
  const { host } = await openPage(TOKEN, `?tab=${tab}`, prepare);
  return host;
}

export function setHidden(hidden: boolean): void {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
  document.dispatchEvent(new Event('visibilitychange'));
}
