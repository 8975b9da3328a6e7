/* SPDX-License-Identifier: MIT */
/* The document's path; what it names is in @sentio/react. */
export * from '@sentio/react/hooks/useWebSocket';
