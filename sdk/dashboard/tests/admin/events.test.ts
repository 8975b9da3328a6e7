/* SPDX-License-Identifier: MIT */
// @vitest-environment node
import { expect, test } from 'vitest';
import { EventParser, readEvents, type ServerEvent } from '../../src/admin/events.ts';

function parse(...pieces: string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const parser = new EventParser((event) => events.push(event));
  for (const piece of pieces) parser.feed(piece);
  return events;
}

const STREAM = [
  ': a comment\n',
  'retry: 10\nevent: trace\nid: 7\ndata: {"kind":"update"}\n\n',
  'data: one\ndata:two\ndata\n\n',
  'event: empty\n\n',
  'data: last\n\n',
].join('');

const EVENTS = [
  { event: 'trace', data: '{"kind":"update"}' },
  { event: 'message', data: 'one\ntwo\n' },
  { event: 'message', data: 'last' },
];

test('events are read, comments and empty events are not', () => {
  expect(parse(STREAM)).toEqual(EVENTS);
});

test.each([
  ['LF', '\n'],
  ['CR LF', '\r\n'],
  ['CR', '\r'],
])('a stream with %s may be cut anywhere', (_name, end) => {
  const stream = STREAM.replaceAll('\n', end);
  for (let at = 0; at <= stream.length; at++)
    expect(parse(stream.slice(0, at), '', stream.slice(at)), `cut at ${at}`).toEqual(EVENTS);
  expect(parse(...stream)).toEqual(EVENTS);
});

test('a byte order mark is not part of the first field', () => {
  expect(parse('\uFEFFdata: a\n\n')).toEqual([{ event: 'message', data: 'a' }]);
});

test('an event without its empty line is not there yet', () => {
  expect(parse('data: half\n')).toEqual([]);
});

test('a character may be cut between its bytes', async () => {
  const bytes = new TextEncoder().encode('data: 5 € – 🟢\n\n');
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const events: ServerEvent[] = [];
  await readEvents(body, (event) => events.push(event));
  expect(events).toEqual([{ event: 'message', data: '5 € – 🟢' }]);
});
