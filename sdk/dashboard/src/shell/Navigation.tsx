/* SPDX-License-Identifier: MIT */
import type { ReactNode } from 'react';
import { AdminIcon, BellIcon, EarningsIcon, MarketsIcon, SignalsIcon } from '../ui/icons.tsx';
import { PLACES, type Page } from './routes.ts';

const ICONS: Readonly<Record<Page, ReactNode>> = {
  markets: <MarketsIcon size={18} />,
  signals: <SignalsIcon size={18} />,
  earnings: <EarningsIcon size={18} />,
  notifications: <BellIcon size={18} />,
  admin: <AdminIcon size={18} />,
};

/** A column at the side; on phones a bar at the bottom. */
export function Navigation({ page, unread }: { page: Page; unread: number }) {
  return (
    <nav className="nav" aria-label="Pages">
      <a className="nav__brand" href="#/">
        <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
          <rect width="32" height="32" rx="8" fill="var(--accent)" />
          <path
            d="M7 19.5h4.5l3-9 4 13 2.8-7H25"
            fill="none"
            stroke="var(--accent-text)"
            strokeWidth="2.6"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
        <span className="nav__name">Sentio</span>
      </a>
      <ul className="nav__list">
        {PLACES.map((place) => (
          <li key={place.page}>
            <a
              className="nav__link"
              href={place.hash}
              aria-current={place.page === page ? 'page' : undefined}
              title={`${place.title} (g ${place.key})`}
            >
              {ICONS[place.page]}
              <span className="nav__label">{place.title}</span>
              <span className="nav__short" aria-hidden="true">
                {place.short}
              </span>
              {place.page === 'notifications' && unread > 0 && (
                <span className="nav__count" data-testid="unread">
                  {unread > 99 ? '99+' : unread}
                  <span className="visually-hidden"> unread</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
