/* SPDX-License-Identifier: MIT */
import { useEffect, useMemo, useRef, useState, type ComponentType } from 'react';
import { unread } from './data/notices.ts';
import { useValue } from './data/value.ts';
import { EarningsPage } from './pages/earnings/EarningsPage.tsx';
import { MarketsPage } from './pages/markets/MarketsPage.tsx';
import { NotificationsPage } from './pages/notifications/NotificationsPage.tsx';
import { SignalsPage } from './pages/signals/SignalsPage.tsx';
import { SessionContext } from './session/context.ts';
import type { Session } from './session/session.ts';
import { bindings } from './shell/bindings.ts';
import { Navigation } from './shell/Navigation.tsx';
import { placeOf, usePage, type Page } from './shell/routes.ts';
import { SettingsDialog } from './shell/SettingsDialog.tsx';
import { ShortcutsDialog } from './shell/ShortcutsDialog.tsx';
import { TopBar } from './shell/TopBar.tsx';
import { useShortcuts } from './shell/useShortcuts.ts';
import { Boundary } from './ui/Boundary.tsx';
import { later } from './ui/later.tsx';
import { ToastContext } from './ui/toasts.ts';
import { Toasts } from './ui/Toasts.tsx';

const PAGES: Readonly<Record<Page, ComponentType>> = {
  markets: MarketsPage,
  signals: SignalsPage,
  earnings: EarningsPage,
  notifications: NotificationsPage,
  admin: later(() => import('./admin/AdminPage.tsx'), 'the admin page', 'main__wait'),
};

type Open = 'settings' | 'shortcuts' | null;

/** The page that the address names, in a landmark that gets the focus when it changes. */
function Main({ page }: { page: Page }) {
  const main = useRef<HTMLElement>(null);
  const before = useRef(page);
  const Content = PAGES[page];

  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [page]);

  return (
    <main ref={main} id="main" className="main" tabIndex={-1} aria-label={placeOf(page).title}>
      <Boundary key={page}>
        <Content />
      </Boundary>
    </main>
  );
}

/** The whole dashboard. */
export function App({ session }: { session: Session }) {
  const page = usePage();
  const fresh = unread(useValue(session.notices));
  const [open, setOpen] = useState<Open>(null);
  const keys = useMemo(() => bindings({ showShortcuts: () => setOpen('shortcuts') }), []);
  useShortcuts(keys);

  useEffect(() => {
    document.title = `${fresh > 0 ? `(${fresh}) ` : ''}${placeOf(page).title} · Sentio`;
  }, [page, fresh]);

  return (
    <SessionContext value={session}>
      <ToastContext value={session.toasts}>
        <a className="skip" href="#main" onClick={(event) => skip(event.nativeEvent)}>
          Skip to the content
        </a>
        <div className="shell">
          <Navigation page={page} unread={fresh} />
          <TopBar onSettings={() => setOpen('settings')} onShortcuts={() => setOpen('shortcuts')} />
          <Main page={page} />
        </div>
        <Toasts />
        <SettingsDialog open={open === 'settings'} onClose={() => setOpen(null)} />
        <ShortcutsDialog open={open === 'shortcuts'} onClose={() => setOpen(null)} />
      </ToastContext>
    </SessionContext>
  );
}

/** The hash names the page, so the link must not change it. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
