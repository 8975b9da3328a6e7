/* SPDX-License-Identifier: MIT */
import { useCallback, useSyncExternalStore } from 'react';

export const SECTIONS = [
  ['overview', 'Overview'],
  ['channels', 'Channels'],
  ['clients', 'Clients'],
  ['rates', 'Rates'],
  ['slow', 'Slow'],
  ['trace', 'Trace'],
  ['publish', 'Publish'],
] as const;

export type Section = (typeof SECTIONS)[number][0];

/* Tells of changes that replaceState makes, of which the browser does not. */
const CHANGED = 'sentio:section';

function parameters(): URLSearchParams {
  return new URLSearchParams(location.hash.split('?')[1] ?? '');
}

/** The section that `#/admin?tab=…` names. */
function current(): Section {
  const name = parameters().get('tab');
  return SECTIONS.find(([id]) => id === name)?.[0] ?? 'overview';
}

function onChange(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener('hashchange', listener);
    window.removeEventListener(CHANGED, listener);
  };
}

/** The section that is open, which the address keeps, and what opens another. */
export function useSection(): [Section, (section: Section) => void] {
  const section = useSyncExternalStore(onChange, current);
  const open = useCallback((next: Section) => {
    const [route = ''] = location.hash.split('?');
    const query = parameters();
    query.set('tab', next);
    history.replaceState(history.state, '', `${route}?${query}`);
    window.dispatchEvent(new Event(CHANGED));
  }, []);
  return [section, open];
}
