/* SPDX-License-Identifier: MIT */
import { createContext, useContext } from 'react';
import type { ApiError, HostApi } from './api.ts';
import type { TraceSession } from './trace-session.ts';
import type { TraceTarget } from './types.ts';

/** What the sections of the admin page share. */
export interface Admin {
  readonly api: HostApi;
  readonly token: string;
  readonly trace: TraceSession;
  /** What was typed into the form of each channel, by its name. */
  readonly drafts: Map<string, string>;
  /** The host no longer takes the token: asks for another. */
  readonly refused: (error: ApiError) => void;
  readonly openTrace: (target: TraceTarget) => void;
  readonly openPublish: (channel: string) => void;
}

export const AdminContext = createContext<Admin | null>(null);

export function useAdmin(): Admin {
  const admin = useContext(AdminContext);
  if (admin === null) throw new Error('useAdmin is for what the admin page renders');
  return admin;
}
