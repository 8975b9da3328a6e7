/* SPDX-License-Identifier: MIT */
import type { FieldError } from './types.ts';
import { exact } from './units.ts';
import type { Outcome } from './use-publish.ts';

function placeOf(error: FieldError): string {
  const parts: string[] = [];
  if (typeof error.line === 'number') parts.push(`line ${error.line}`);
  if (typeof error.item === 'number' && error.item >= 0) parts.push(`item ${error.item}`);
  if (error.field) parts.push(error.field);
  return parts.join(', ');
}

/** What the host said to a publish: the offset, or what is wrong with which field. */
export function PublishResult({ outcome }: { outcome: Outcome | null }) {
  return (
    <>
      <p role="status" className="admin-notice">
        {outcome && 'published' in outcome && said(outcome)}
      </p>
      {outcome && 'refused' in outcome && (
        <div role="alert" className="admin-problem">
          <p>Not published: {outcome.refused}</p>
          {outcome.errors.length > 0 && (
            <ul>
              {outcome.errors.map((error, i) => (
                <li key={i}>
                  {placeOf(error) && <strong>{placeOf(error)}: </strong>}
                  {error.message}
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </>
  );
}

function said({ published }: Extract<Outcome, { published: unknown }>): string {
  const { accepted, channel, offset } = published;
  const items = accepted === 1 ? '1 item' : `${exact(accepted)} items`;
  return `✓ Published ${items} on ${channel}; the last has offset ${offset}.`;
}
