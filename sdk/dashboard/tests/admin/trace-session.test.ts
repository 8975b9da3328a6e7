/* SPDX-License-Identifier: MIT */
// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { hostApi } from '../../src/admin/api.ts';
import { filterLines, lineSubject, lineSummary, lineText } from '../../src/admin/trace-lines.ts';
import { TRACE_LINES, TraceSession } from '../../src/admin/trace-session.ts';
import { FakeHost, TOKEN } from './fake-host.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function start(host: FakeHost): Promise<TraceSession> {
  const session = new TraceSession(hostApi('', TOKEN, host.fetch));
  session.start({ channel: 'trade-signals' });
  await vi.advanceTimersByTimeAsync(0);
  return session;
}

test('only the newest lines are kept, however many come', async () => {
  const host = new FakeHost();
  const session = await start(host);
  const many = 3 * TRACE_LINES + 7;
  for (let i = 1; i <= many; i++) host.sendEvent({ kind: 'update', offset: i });
  await vi.advanceTimersByTimeAsync(250);
  const { lines } = session.view();
  expect(lines).toHaveLength(TRACE_LINES);
  expect(lines.at(-1)?.offset).toBe(many);
  expect(lines[0]?.offset).toBe(many - TRACE_LINES + 1);
});

test('many lines are few renders', async () => {
  const host = new FakeHost();
  const session = await start(host);
  const listener = vi.fn();
  session.subscribe(listener);
  for (let i = 0; i < 10; i++) {
    for (let n = 0; n < 100; n++) host.sendEvent({ kind: 'update' });
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(session.view().lines.length).toBeGreaterThan(0);
  expect(listener.mock.calls.length).toBeLessThanOrEqual(3);
});

test('a stopped trace is not begun again', async () => {
  const host = new FakeHost();
  const session = await start(host);
  host.traces[0]?.close();
  await vi.advanceTimersByTimeAsync(0);
  expect(session.view()).toMatchObject({
    phase: 'connecting',
    error: 'the host has ended the trace',
  });
  session.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(host.count('/trace')).toBe(1);
  expect(session.view()).toMatchObject({ phase: 'idle', error: null });
});

test('events that are not of a trace, or no JSON, are passed over', async () => {
  const host = new FakeHost();
  const session = await start(host);
  host.send('event: other\ndata: {"kind":"update"}\n\nevent: trace\ndata: {"kin\n\n');
  host.send('event: trace\ndata: null\n\n: heartbeat\n\n');
  host.sendEvent({ kind: 'left' });
  await vi.advanceTimersByTimeAsync(250);
  expect(session.view().lines).toEqual([{ id: 1, kind: 'left' }]);
});

test('what is missed in a row is one line', async () => {
  const host = new FakeHost();
  const session = await start(host);
  for (const count of [1, 2, 3]) host.sendEvent({ kind: 'missed', count });
  host.sendEvent({ kind: 'update' });
  host.sendEvent({ kind: 'missed', count: 4 });
  await vi.advanceTimersByTimeAsync(250);
  expect(session.view().lines).toEqual([
    { id: 1, kind: 'missed', count: 6 },
    { id: 2, kind: 'update' },
    { id: 3, kind: 'missed', count: 4 },
  ]);
  expect(session.view().missed).toBe(10);
});

test('another trace takes the place of the one that runs', async () => {
  const host = new FakeHost();
  const session = await start(host);
  host.sendEvent({ kind: 'left' });
  session.start({ client: 'c1' });
  await vi.advanceTimersByTimeAsync(0);
  host.sendEvent({ kind: 'joined' });
  await vi.advanceTimersByTimeAsync(5000);
  expect(session.view().lines.map(({ kind }) => kind)).toEqual(['joined']);
  expect(host.count('/trace')).toBe(2);
});

const line = { id: 1, kind: 'update', channel: 'x', offset: 7, detail: 'by key', text: '{"a":1}' };

test('a line tells its offset, detail and text, and whom it is about', () => {
  expect(lineSummary(line)).toBe('#7 · by key · {"a":1}');
  expect(lineSubject(line)).toBe('x');
  expect(lineSubject({ ...line, client: '3', user: 'ann' })).toBe('3 ann');
  expect(lineSummary({ id: 2, kind: 'missed', count: 1200 })).toBe('missed 1,200');
});

test('a text that was cut is shown as it is', () => {
  expect(lineText({ ...line, text: '{"a":1,"b' })).toBe('{"a":1,"b');
});

test('every word has to be in a line, in any of its fields', () => {
  expect(filterLines([line], 'KEY x', '')).toEqual([line]);
  expect(filterLines([line], 'key z', '')).toEqual([]);
  expect(filterLines([line], '', 'left')).toEqual([]);
});
