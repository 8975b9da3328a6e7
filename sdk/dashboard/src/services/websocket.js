/* SPDX-License-Identifier: MIT */
/* The document's path; what it names is in @sentio/client. */
export * from '@sentio/client/services/websocket';
export { default } from '@sentio/client/services/websocket';
