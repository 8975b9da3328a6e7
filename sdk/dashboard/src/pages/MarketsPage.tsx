/* SPDX-License-Identifier: MIT */
import { PageHeader } from '../ui/PageHeader.tsx';

export function MarketsPage() {
  return <PageHeader title="Markets" />;
}
