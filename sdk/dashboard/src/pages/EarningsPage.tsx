/* SPDX-License-Identifier: MIT */
import { PageHeader } from '../ui/PageHeader.tsx';

export function EarningsPage() {
  return <PageHeader title="Earnings" />;
}
