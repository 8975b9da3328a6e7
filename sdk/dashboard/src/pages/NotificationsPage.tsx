/* SPDX-License-Identifier: MIT */
import { PageHeader } from '../ui/PageHeader.tsx';

export function NotificationsPage() {
  return <PageHeader title="Notifications" />;
}
