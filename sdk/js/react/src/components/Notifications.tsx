/* SPDX-License-Identifier: MIT */
import { useNotificationsWebSocket, type NotificationsOptions } from '../hooks/useWebSocket';
import type { Notification } from '../types';
import { time, words, type Locale } from './format';
import { Panel, type PanelProps } from './Panel';
import { transport, type TransportProps } from './transport';

export interface NotificationsProps
  extends PanelProps, Omit<Locale, 'currency'>, TransportProps<NotificationsOptions> {
  userId?: string;
}

const SYMBOLS: Record<string, string> = { success: '✓', info: 'i', warning: '!', error: '✕' };

interface ItemProps {
  item: Notification;
  locale: Locale;
  onRead: (id: string) => void;
}

function Item({ item, locale, onRead }: ItemProps) {
  const { id, type = 'info', title, message, timestamp, read } = item;
  const kind = SYMBOLS[type] ? type : 'info';
  return (
    <li className={`sentio-notification${read ? ' sentio-notification--read' : ''}`}>
      <span className={`sentio-notification__type sentio-notification__type--${kind}`}>
        <span aria-hidden="true">{SYMBOLS[kind]}</span>
        <span className="sentio-hidden">{words(kind)}:</span>
      </span>
      <div className="sentio-notification__text">
        <strong>{title}</strong>
        <p>{message}</p>
        {timestamp && <time dateTime={timestamp}>{time(timestamp, locale)}</time>}
      </div>
      {!read && (
        <button
          type="button"
          className="sentio-button sentio-button--quiet"
          aria-label={`Mark “${title ?? message}” as read`}
          onClick={() => onRead(id)}
        >
          <span aria-hidden="true">●</span>
        </button>
      )}
    </li>
  );
}

/** A user's notifications, newest first. */
export function Notifications(props: NotificationsProps) {
  const { userId, title = 'Notifications', className, locale } = props;
  const { notifications, unread, clearNotifications, markRead, ...connection } =
    useNotificationsWebSocket(userId, transport(props));
  const empty = !notifications.length;
  return (
    <Panel
      name="notifications"
      title={title}
      className={className}
      connection={connection}
      empty={empty}
      nothing="No notifications."
      badge={
        unread > 0 && (
          <span className="sentio-count">
            {unread}
            <span className="sentio-hidden"> unread</span>
          </span>
        )
      }
      actions={
        !empty && (
          <span className="sentio-actions">
            {unread > 0 && (
              <button type="button" className="sentio-button" onClick={() => markRead()}>
                Mark all read
              </button>
            )}
            <button type="button" className="sentio-button" onClick={clearNotifications}>
              Clear All
            </button>
          </span>
        )
      }
    >
      <ul
        className="sentio-list"
        aria-label={title}
        tabIndex={0}
        aria-live="polite"
        aria-relevant="additions"
      >
        {notifications.map((item) => (
          <Item key={item.id} item={item} locale={{ locale }} onRead={markRead} />
        ))}
      </ul>
    </Panel>
  );
}
