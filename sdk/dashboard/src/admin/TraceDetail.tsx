/* SPDX-License-Identifier: MIT */
import { bytes } from '../ui/format.ts';
import { lineText } from './trace-lines.ts';
import type { TraceLine } from './trace-session.ts';

const FIELDS = [
  'time',
  'kind',
  'channel',
  'client',
  'user',
  'offset',
  'items',
  'count',
  'detail',
] as const;

/** One line with all that the host said of it. */
export function TraceDetail({ line, onClose }: { line: TraceLine; onClose(): void }) {
  const text = lineText(line);
  return (
    <aside className="admin-trace__detail" aria-label="The chosen line">
      <button type="button" className="button button--small" onClick={onClose}>
        Close
      </button>
      <dl>
        {FIELDS.map(
          (field) =>
            line[field] !== undefined && (
              <div key={field}>
                <dt>{field}</dt>
                <dd>{line[field]}</dd>
              </div>
            ),
        )}
        {line.bytes !== undefined && (
          <div>
            <dt>size</dt>
            <dd>{bytes(line.bytes)}</dd>
          </div>
        )}
      </dl>
      {text && (
        <pre tabIndex={0} aria-label="Text">
          {text}
        </pre>
      )}
    </aside>
  );
}
