/* SPDX-License-Identifier: MIT */
import { memo } from 'react';
import { useAge } from '../../data/clock.ts';
import type { Notice } from '../../data/notices.ts';
import { time } from '../../ui/format.ts';
import { CheckIcon } from '../../ui/icons.tsx';
import { TONE_ICONS } from '../../ui/Toasts.tsx';

function NoticeAge({ at }: { at: number }) {
  return (
    <time className="notice__age muted" dateTime={new Date(at).toISOString()} title={time(at)}>
      {useAge(at)}
    </time>
  );
}

interface NoticeItemProps {
  notice: Notice;
  onRead(id: string): void;
}

export const NoticeItem = memo(function NoticeItem({ notice, onRead }: NoticeItemProps) {
  const { id, tone, title, message, at, read } = notice;
  const Icon = TONE_ICONS[tone];
  return (
    <li className="notice" data-testid="notification" data-read={read}>
      <span className={`notice__icon toast--${tone}`}>
        <span className="toast__icon">
          <Icon />
        </span>
        <span className="visually-hidden">{tone}: </span>
      </span>
      <div className="notice__text">
        <p className="notice__title">
          {title}
          {!read && <span className="notice__dot" />}
          {!read && <span className="visually-hidden"> (unread)</span>}
        </p>
        {message && <p className="muted">{message}</p>}
      </div>
      <NoticeAge at={at} />
      <span className="notice__action">
        {!read && (
          <button
            type="button"
            className="button button--quiet button--icon button--small"
            title="Mark as read"
            onClick={() => onRead(id)}
          >
            <CheckIcon size={14} />
            <span className="visually-hidden">Mark “{title}” as read</span>
          </button>
        )}
      </span>
    </li>
  );
});
