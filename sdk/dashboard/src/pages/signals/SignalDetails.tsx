/* SPDX-License-Identifier: MIT */
import { isFields, type Fields } from '../../data/record.ts';
import type { Signal } from '../../data/signals.ts';
import { label, share, time, UNKNOWN } from '../../ui/format.ts';
import { SignalBadge } from './SignalBadge.tsx';

function text(value: unknown): string {
  if (value === null || value === undefined) return UNKNOWN;
  if (typeof value === 'number') return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An object's fields, one level deep: "Strategies / rsi". */
function pairs(fields: Fields): [name: string, value: unknown][] {
  return Object.entries(fields).flatMap(([name, value]) =>
    isFields(value)
      ? Object.entries(value).map(([inner, found]): [string, unknown] => [
          `${label(name)} / ${inner.replaceAll('_', ' ')}`,
          found,
        ])
      : [[label(name), value]],
  );
}

function Before({ before }: Pick<Signal, 'before'>) {
  return (
    <div>
      <h2 className="details__title">Before that</h2>
      <ol className="details__before">
        {before.map(({ signal, confidence, at }) => (
          <li key={`${at}-${signal}-${confidence}`}>
            <span className="muted">{time(at)}</span>
            <SignalBadge signal={signal} />
            <span>{share(confidence, 0)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Everything else that the publisher said, and the symbol's signals before this one. */
export function SignalDetails({ signal }: { signal: Signal }) {
  return (
    <div className="details">
      <div>
        <h2 className="details__title">Details</h2>
        <dl className="details__fields">
          <div>
            <dt>Given</dt>
            <dd>{time(signal.at)}</dd>
          </div>
          {pairs(signal.extra).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{text(value)}</dd>
            </div>
          ))}
        </dl>
      </div>
      {signal.before.length > 0 && <Before before={signal.before} />}
    </div>
  );
}
