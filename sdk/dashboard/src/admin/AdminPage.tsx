/* SPDX-License-Identifier: MIT */
import { PageHeader } from '../ui/PageHeader.tsx';

export default function AdminPage() {
  return <PageHeader title="Admin" />;
}
