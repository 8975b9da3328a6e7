/* SPDX-License-Identifier: MIT */
import { useCallback, useState } from 'react';
import { unread, type Notice } from '../../data/notices.ts';
import { useValue } from '../../data/value.ts';
import { useSession } from '../../session/context.ts';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { BellIcon } from '../../ui/icons.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { NothingYet } from '../NothingYet.tsx';
import { NoticeItem } from './NoticeItem.tsx';

function Nothing({ userId }: { userId: string }) {
  const example = {
    user_id: userId,
    data: { type: 'success', title: 'Trade Executed', message: 'Your AAPL order is filled' },
  };
  return (
    <NothingYet
      channel="notifications"
      icon={<BellIcon size={20} />}
      title="Nothing to tell"
      example={example}
    >
      Notifications of {userId} come up here and in a corner of every page. To send one:
    </NothingYet>
  );
}

interface ScopeTabsProps {
  fresh: number;
  all: number;
  unreadOnly: boolean;
  onChange(unreadOnly: boolean): void;
}

function ScopeTabs({ fresh, all, unreadOnly, onChange }: ScopeTabsProps) {
  return (
    <div className="tabs" role="group" aria-label="Which notifications">
      <button type="button" aria-pressed={!unreadOnly} onClick={() => onChange(false)}>
        All <span className="tabs__count">{all}</span>
      </button>
      <button type="button" aria-pressed={unreadOnly} onClick={() => onChange(true)}>
        Unread <span className="tabs__count">{fresh}</span>
      </button>
    </div>
  );
}

function NoticeList({ notices, onRead }: { notices: readonly Notice[]; onRead(id: string): void }) {
  return (
    <ol className="notices">
      {notices.map((notice) => (
        <NoticeItem key={notice.id} notice={notice} onRead={onRead} />
      ))}
    </ol>
  );
}

/** The notifications of the user, newest first. */
export function NotificationsPage() {
  const session = useSession();
  const { userId } = useValue(session.settings);
  const notices = useValue(session.notices);
  const [unreadOnly, setUnreadOnly] = useState(false);
  const read = useCallback((id: string) => session.notices.markRead(id), [session]);
  const fresh = unread(notices);
  const shown = unreadOnly ? notices.filter((notice) => !notice.read) : notices;

  return (
    <>
      <PageHeader title="Notifications" note={fresh > 0 ? `${fresh} unread` : 'all read'}>
        <button
          type="button"
          className="button"
          disabled={fresh === 0}
          onClick={() => session.notices.markAllRead()}
        >
          Mark all read
        </button>
        <button
          type="button"
          className="button"
          disabled={notices.length === 0}
          onClick={() => session.notices.clear()}
        >
          Clear
        </button>
      </PageHeader>
      <Card
        title="Inbox"
        flush
        className="inbox"
        actions={
          <ScopeTabs
            fresh={fresh}
            all={notices.length}
            unreadOnly={unreadOnly}
            onChange={setUnreadOnly}
          />
        }
      >
        {notices.length === 0 && <Nothing userId={userId} />}
        {notices.length > 0 && shown.length === 0 && (
          <EmptyState icon={<BellIcon size={20} />} title="You have read them all" />
        )}
        {shown.length > 0 && <NoticeList notices={shown} onRead={read} />}
      </Card>
    </>
  );
}
