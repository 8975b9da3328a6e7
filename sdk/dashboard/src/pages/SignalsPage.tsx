/* SPDX-License-Identifier: MIT */
import { PageHeader } from '../ui/PageHeader.tsx';

export function SignalsPage() {
  return <PageHeader title="Trade signals" />;
}
