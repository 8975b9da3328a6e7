/* SPDX-License-Identifier: MIT */
import type { ReactNode } from 'react';

/** One figure of a <dl> with its name; `note` is the small print under it. */
export function Stat(props: { name: string; value: ReactNode; note?: ReactNode }) {
  return (
    <div className="stat">
      <dt className="stat__label">{props.name}</dt>
      <dd className="stat__value">{props.value}</dd>
      {props.note !== undefined && <dd className="stat__note">{props.note}</dd>}
    </div>
  );
}
