/* SPDX-License-Identifier: MIT */

/** A component of the document, as it stands there: see vitest.config.ts. */
declare module 'document:*' {
  export default function Component(props: { userId: string }): import('react').ReactElement;
}
