// SPDX-License-Identifier: MIT
// What the driver tells a peer: where it listens, whether with TLS, and how many bytes may wait for
// one client (0: any number).

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    certificate: { type: "string" },
    key: { type: "string" },
    backlog: { type: "string", default: "0" },
  },
});

export const host = "127.0.0.1";
export const port = Number(values.port);
export const backlog = Number(values.backlog);
export const tls = values.certificate && {
  cert: readFileSync(values.certificate),
  key: readFileSync(values.key),
};
