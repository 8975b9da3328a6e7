/* SPDX-License-Identifier: MIT */
import type { TraceLine } from './trace-session.ts';

const FIELDS = ['kind', 'channel', 'client', 'user', 'offset', 'detail', 'text'] as const;

/**
 * The lines of one kind ("" for any) that contain every word, in any of their fields. What was missed
 * is always among them: without it a gap looks like silence.
 */
export function filterLines(
  lines: readonly TraceLine[],
  words: string,
  kind: string,
): readonly TraceLine[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0 && !kind) return lines;
  return lines.filter((line) => {
    if (line.kind === 'missed') return true;
    if (kind && line.kind !== kind) return false;
    const text = FIELDS.map((field) => line[field] ?? '')
      .join('\n')
      .toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** What the line says in one row. */
export function lineSummary(line: TraceLine): string {
  if (line.kind === 'missed') return `missed ${(line.count ?? 0).toLocaleString('en-US')}`;
  const offset = line.offset === undefined ? '' : `#${line.offset}`;
  return [offset, line.detail, line.text].filter(Boolean).join(' · ');
}

/** Whom the line is about: the client and its user, or else the channel. */
export function lineSubject(line: TraceLine): string {
  return [line.client, line.user].filter(Boolean).join(' ') || (line.channel ?? '');
}

/** The text of a line as it is shown whole: indented when it is JSON. */
export function lineText(line: TraceLine): string {
  if (!line.text) return '';
  try {
    return JSON.stringify(JSON.parse(line.text), null, 2);
  } catch {
    return line.text;
  }
}

/** One JSON object a line, as the host sent them. */
export function toJsonLines(lines: readonly TraceLine[]): string {
  return lines.map(({ id: _id, ...event }) => JSON.stringify(event) + '\n').join('');
}
