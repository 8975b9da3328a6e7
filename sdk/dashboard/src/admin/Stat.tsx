/* SPDX-License-Identifier: MIT */
import type { ReactNode } from 'react';

interface StatProps {
  name: string;
  value: ReactNode;
  /** The small print under it. */
  note?: ReactNode;
  /** It is a text to read rather than a figure. */
  long?: boolean;
}

/** One figure of a <dl> with its name. */
export function Stat(props: StatProps) {
  return (
    <div className={props.long ? 'stat stat--long' : 'stat'}>
      <dt className="stat__label">{props.name}</dt>
      <dd className="stat__value">{props.value}</dd>
      {props.note !== undefined && <dd className="stat__note">{props.note}</dd>}
    </div>
  );
}
