/* SPDX-License-Identifier: MIT */

const KINDS = [
  'update',
  'subscribe',
  'unsubscribe',
  'received',
  'sent',
  'refused',
  'error',
  'joined',
  'left',
];

interface Props {
  words: string;
  onWords(words: string): void;
  kind: string;
  onKind(kind: string): void;
}

/** Chooses among the lines that are there; all of them go on being kept. */
export function TraceFilter({ words, onWords, kind, onKind }: Props) {
  return (
    <div className="toolbar admin-trace__filter">
      <input
        className="input"
        type="search"
        aria-label="Lines with"
        placeholder="Lines with…"
        spellCheck={false}
        value={words}
        onChange={(event) => onWords(event.target.value)}
      />
      <select
        className="select"
        aria-label="Kind"
        value={kind}
        onChange={(event) => onKind(event.target.value)}
      >
        <option value="">All kinds</option>
        {KINDS.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
