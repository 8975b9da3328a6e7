/* SPDX-License-Identifier: MIT */
import { addresses } from '@sentio/client';

/** A command line that publishes this, to the host that the page speaks to. */
export function publishCommand(channel: string, body: object): string {
  const { api } = addresses();
  return [
    `curl ${api}/api/v1/publish/${channel} \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '${JSON.stringify(body)}'`,
  ].join('\n');
}
