/* SPDX-License-Identifier: MIT */
import { fireEvent, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import type { FakeHost } from './fake-host.ts';
import { openSection, pass } from './page.tsx';

async function startTrace(prepare?: (host: FakeHost) => void): Promise<FakeHost> {
  const host = await openSection('channels', prepare);
  fireEvent.click(screen.getByRole('button', { name: 'Trace trade-signals' }));
  await pass();
  return host;
}

const lines = () => [...document.querySelectorAll('[role="listbox"] [role="option"]')];
const texts = () => lines().map((line) => line.textContent);
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

async function update(host: FakeHost, text: string): Promise<void> {
  host.sendEvent({ time: '2026-11-23T12:00:00.000Z', kind: 'update', channel: 'x', text });
  await pass(250);
}

test('a channel’s row starts its trace', async () => {
  const host = await startTrace();
  expect(Object.fromEntries(host.last('/trace')?.query ?? [])).toEqual({
    channel: 'trade-signals',
  });
  expect(screen.getByText('live')).toBeTruthy();
  await update(host, '{"symbol":"AAPL"}');
  expect(texts()).toHaveLength(1);
  expect(texts()[0]).toContain('{"symbol":"AAPL"}');
});

test('a client is traced by its id', async () => {
  const host = await openSection('trace');
  fireEvent.change(screen.getByLabelText('Trace what'), { target: { value: 'client' } });
  fireEvent.change(screen.getByLabelText('Traced client'), { target: { value: ' c1 ' } });
  press('Start');
  await pass();
  expect(Object.fromEntries(host.last('/trace')?.query ?? [])).toEqual({ client: 'c1' });
});

test('lines wait while it is paused, and are there when it goes on', async () => {
  const host = await startTrace();
  await update(host, 'before');
  press('Pause');
  await update(host, 'meanwhile');
  expect(texts()).toHaveLength(1);
  expect(screen.getByText(/1 more since the pause/)).toBeTruthy();
  press('Resume');
  expect(texts()).toHaveLength(2);
  expect(texts()[1]).toContain('meanwhile');
});

test('what was missed is told, also through a filter', async () => {
  const host = await startTrace();
  await update(host, 'apples');
  host.sendEvent({ kind: 'missed', count: 12 });
  host.sendEvent({ kind: 'missed', count: 30 });
  await update(host, 'pears');
  fireEvent.change(screen.getByLabelText('Lines with'), { target: { value: 'PEAR' } });
  expect(texts().map((text) => text?.replace(/^.*?(missed \d+|pears)$/, '$1'))).toEqual([
    'missed 42',
    'pears',
  ]);
  expect(screen.getByText(', missed 42')).toBeTruthy();
});

test('lines are filtered by kind', async () => {
  const host = await startTrace();
  host.sendEvent({ kind: 'refused', detail: 'no such symbol' });
  await update(host, 'well');
  fireEvent.change(screen.getByLabelText('Kind'), { target: { value: 'refused' } });
  expect(texts()).toHaveLength(1);
  expect(texts()[0]).toContain('no such symbol');
});

test('a line is chosen by the keyboard, and shown whole', async () => {
  const host = await startTrace();
  await update(host, '{"a":1}');
  await update(host, '{"b":2}');
  const list = screen.getByRole('listbox');
  fireEvent.keyDown(list, { key: 'ArrowDown' });
  fireEvent.keyDown(list, { key: 'ArrowUp' });
  const chosen = lines().find((line) => line.getAttribute('aria-selected') === 'true');
  expect(list.getAttribute('aria-activedescendant')).toBe(chosen?.id);
  expect(screen.getByLabelText('Text').textContent).toBe('{\n  "a": 1\n}');
  fireEvent.keyDown(list, { key: 'Escape' });
  expect(screen.queryByLabelText('Text')).toBeNull();
});

test('of many lines just those that can be seen are rendered, and the newest first', async () => {
  const host = await startTrace();
  for (let i = 1; i <= 300; i++) host.sendEvent({ kind: 'update', text: `number ${i}` });
  await pass(250);
  expect(texts().length).toBeGreaterThan(20);
  expect(texts().length).toBeLessThan(60);
  expect(texts().at(-1)).toContain('number 300');
  fireEvent.keyDown(screen.getByRole('listbox'), { key: 'Home' });
  expect(texts()[0]).toContain('number 1');
  expect(lines()[0]?.getAttribute('aria-setsize')).toBe('300');
  expect(lines()[0]?.getAttribute('aria-posinset')).toBe('1');
});

test('a chosen line stays to be read when it has left the list', async () => {
  const host = await startTrace();
  await update(host, '{"a":1}');
  await update(host, '{"b":2}');
  fireEvent.click(lines()[0]!);
  fireEvent.change(screen.getByLabelText('Lines with'), { target: { value: '"b"' } });
  expect(screen.getByRole('listbox').hasAttribute('aria-activedescendant')).toBe(false);
  expect(screen.getByLabelText('Text').textContent).toBe('{\n  "a": 1\n}');
});

test('it goes on while another section is looked at', async () => {
  const host = await startTrace();
  fireEvent.click(screen.getByRole('tab', { name: 'Clients' }));
  await update(host, 'unseen');
  fireEvent.click(screen.getByRole('tab', { name: 'Trace' }));
  expect(texts()).toHaveLength(1);
});

test('a trace that breaks off is begun again, and its lines stay', async () => {
  const host = await startTrace();
  await update(host, 'first');
  host.traces[0]?.error(new Error('connection reset'));
  await pass();
  expect(screen.getByRole('alert').textContent).toContain('connection reset');
  await pass(2000);
  expect(host.count('/trace')).toBe(2);
  expect(screen.queryByRole('alert')).toBeNull();
  await update(host, 'second');
  expect(texts()).toHaveLength(2);
});

test('a client that is not there is not asked for again', async () => {
  const host = await startTrace((fake) => {
    const body = JSON.stringify({ detail: 'no such client' });
    fake.instead.set('GET /trace', () => new Response(body, { status: 404 }));
  });
  expect(screen.getByRole('alert').textContent).toContain('no such client');
  await pass(10_000);
  expect(host.count('/trace')).toBe(1);
  expect(screen.getByRole('button', { name: 'Start' })).toBeTruthy();
});

test('stop ends the stream and keeps the lines', async () => {
  const host = await startTrace();
  await update(host, 'kept');
  const cancelled = host.fetch.mock.calls.find(([input]) => String(input).includes('/trace'))?.[1];
  press('Stop');
  await pass(10_000);
  expect(cancelled?.signal?.aborted).toBe(true);
  expect(host.count('/trace')).toBe(1);
  expect(texts()).toHaveLength(1);
});

test('the lines are downloaded as the host sent them', async () => {
  const host = await startTrace();
  const saved: Blob[] = [];
  URL.createObjectURL = (blob) => {
    saved.push(blob as Blob);
    return 'blob:x';
  };
  URL.revokeObjectURL = () => {};
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
  host.sendEvent({ kind: 'left', user: 'a' });
  host.sendEvent({ kind: 'missed', count: 2 });
  await pass(250);
  press('Download');
  vi.useRealTimers();
  expect(await saved[0]?.text()).toBe('{"kind":"left","user":"a"}\n{"kind":"missed","count":2}\n');
});
