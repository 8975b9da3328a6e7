/* SPDX-License-Identifier: MIT */
import { useCallback, useState } from 'react';
import { addresses } from '@sentio/client';
import { useValue } from '../data/value.ts';
import { useSession } from '../session/context.ts';
import { PageHeader } from '../ui/PageHeader.tsx';
import { hostApi, type ApiError } from './api.ts';
import { AdminSections } from './AdminSections.tsx';
import { TokenGate } from './TokenGate.tsx';
import './admin.css';
import './charts.css';
import './figures.css';
import './tables.css';
import './trace.css';

function connect(token: string) {
  return hostApi(addresses().api, token);
}

/** The page for those who run the host. Shows nothing but a gate until there is an admin token. */
export default function AdminPage() {
  const { adminToken } = useSession();
  const token = useValue(adminToken);
  const [refusal, setRefusal] = useState<string | null>(null);

  const accept = (next: string) => {
    setRefusal(null);
    adminToken.set(next);
  };
  const leave = useCallback(
    (error?: ApiError) => {
      setRefusal(error ? `The host refused the token: ${error.message}.` : null);
      adminToken.set('');
    },
    [adminToken],
  );

  if (token) return <AdminSections key={token} token={token} connect={connect} onLeave={leave} />;
  return (
    <div className="admin">
      <PageHeader title="Admin" />
      <TokenGate key={refusal} refusal={refusal} connect={connect} onAccepted={accept} />
    </div>
  );
}
