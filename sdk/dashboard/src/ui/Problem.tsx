/* SPDX-License-Identifier: MIT */

/** An error, shown where it happened; nothing when there is none. */
export function Problem({ text, stale = false }: { text: string | null; stale?: boolean }) {
  if (text === null) return null;
  return (
    <p role="alert" className="admin-problem">
      <span aria-hidden="true">⚠ </span>
      {text}
      {stale && <span className="muted"> — what is shown is older</span>}
    </p>
  );
}
