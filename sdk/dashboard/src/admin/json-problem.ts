/* SPDX-License-Identifier: MIT */

export interface JsonProblem {
  message: string;
  /** Both from 1. */
  line: number;
  column: number;
}

/* JSON.parse says what is valid. Where a text is not, browsers say in words of their own, or not at all;
 * so this finds the place. It is lenient about what is inside strings and numbers. */
const SPACE = /[ \t\n\r]*/y;
const SCALAR = /"(?:[^"\\\u0000-\u001f]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y;

class Fault extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

function skip(text: string, at: number, pattern: RegExp): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function space(text: string, at: number): number {
  return skip(text, at, SPACE);
}

function expect(text: string, at: number, wanted: string): number {
  if (text[at] !== wanted) throw new Fault(at, `expected ${wanted}`);
  return at + 1;
}

function member(text: string, at: number): number {
  const end = skip(text, at, STRING);
  if (end < 0) throw new Fault(at, 'expected a name in double quotes');
  return value(text, expect(text, space(text, end), ':'));
}

/* The members of an object or the values of an array, from behind its first bracket. */
function list(text: string, start: number, close: string, one: typeof value): number {
  let at = space(text, start);
  if (text[at] === close) return at + 1;
  for (;;) {
    at = space(text, one(text, space(text, at)));
    if (text[at] === close) return at + 1;
    if (text[at] !== ',') throw new Fault(at, `expected , or ${close}`);
    at = at + 1;
  }
}

function value(text: string, start: number): number {
  const at = space(text, start);
  if (text[at] === '{') return list(text, at + 1, '}', member);
  if (text[at] === '[') return list(text, at + 1, ']', value);
  const end = skip(text, at, SCALAR);
  if (end >= 0) return end;
  throw new Fault(at, text[at] === '"' ? 'this text has no end on its line' : 'expected a value');
}

function findFault(text: string): Fault {
  try {
    const end = space(text, value(text, 0));
    return new Fault(end, end < text.length ? 'expected the end' : 'not valid JSON');
  } catch (fault) {
    return fault instanceof Fault ? fault : new Fault(0, 'not valid JSON');
  }
}

/** What is wrong with a text that should be one JSON object; null: nothing. */
export function jsonProblem(text: string): JsonProblem | null {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return null;
    return { message: 'an update is a JSON object', line: 1, column: 1 };
  } catch {
    const { at, message } = findFault(text);
    const before = text.slice(0, at).split('\n');
    return { message, line: before.length, column: (before.at(-1) ?? '').length + 1 };
  }
}
