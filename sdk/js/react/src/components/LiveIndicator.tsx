/* SPDX-License-Identifier: MIT */
import { useEffect, useState } from 'react';
import type { Status } from '@sentio/client';

export interface LiveIndicatorProps {
  /** As a hook returns it. */
  status: Status;
  /** As a hook returns it: polling that fails is shown as offline. */
  error?: Error | null;
}

type Look = 'live' | 'polling' | 'connecting' | 'offline';

const LOOKS: Record<Look, readonly [symbol: string, text: string]> = {
  live: ['🟢', 'Live'],
  polling: ['🟡', 'Polling'],
  connecting: ['⚪', 'Connecting…'],
  offline: ['🔴', 'Offline'],
};

function lookOf({ isConnected, polling, phase }: Status, failed: boolean): Look {
  if (isConnected) return 'live';
  if (polling) return failed ? 'offline' : 'polling';
  return phase === 'connecting' ? 'connecting' : 'offline';
}

function useSeconds(until: number | null): number | null {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === null) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? null : Math.max(0, Math.ceil((until - now) / 1000));
}

/** 🟢 Live, or how the data come instead, and why. */
export function LiveIndicator({ status, error }: LiveIndicatorProps) {
  const look = lookOf(status, !!error);
  const seconds = useSeconds(status.retryAt);
  const [symbol, text] = LOOKS[look];
  return (
    <span className={`sentio-live sentio-live--${look}`}>
      <span role="status">
        <span aria-hidden="true">{symbol}</span> {text}
      </span>
      {!status.isConnected && status.reason !== null && (
        <span className="sentio-live__reason">{status.reason}</span>
      )}
      {seconds !== null && (
        <span className="sentio-live__reason">
          {seconds > 0 ? `next try in ${seconds} s` : 'trying now'}
        </span>
      )}
    </span>
  );
}
