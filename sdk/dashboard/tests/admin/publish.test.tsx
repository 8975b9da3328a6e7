/* SPDX-License-Identifier: MIT */
import { fireEvent, screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openSection, pass } from './page.tsx';

const PATH = '/channels/trade-signals/publish';
const editor = () => screen.getByLabelText<HTMLTextAreaElement>('Update, as JSON');
const button = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Publish' });

function write(text: string): void {
  fireEvent.change(editor(), { target: { value: text } });
}

function choose(channel: string): void {
  fireEvent.change(screen.getByLabelText('Channel'), { target: { value: channel } });
}

test('the template of a channel is published as it stands', async () => {
  const host = await openSection('publish');
  fireEvent.click(button());
  await pass();
  expect(host.last(PATH)?.body).toEqual({
    data: [{ symbol: 'AAPL', signal: 'buy', confidence: 0.85 }],
  });
  expect(
    screen.getByText(/Published 1 item on trade-signals; the last has offset 43/),
  ).toBeTruthy();
});

test('control and enter publish from the text', async () => {
  const host = await openSection('publish');
  write('{"data":[]}');
  fireEvent.keyDown(editor(), { key: 'Enter' });
  await pass();
  expect(host.count(PATH)).toBe(0);
  fireEvent.keyDown(editor(), { key: 'Enter', ctrlKey: true });
  await pass();
  expect(host.last(PATH)?.body).toEqual({ data: [] });
});

test('what is not JSON is not published, and the place is named', async () => {
  const host = await openSection('publish');
  write('{\n  "data": oops\n}');
  expect(button().disabled).toBe(true);
  expect(screen.getByText('Line 2, column 11: expected a value')).toBeTruthy();
  fireEvent.keyDown(editor(), { key: 'Enter', ctrlKey: true });
  await pass();
  expect(host.count(PATH)).toBe(0);
});

test('a refusal of the host is shown field by field', async () => {
  const host = await openSection('publish');
  const errors = [
    { item: 2, field: 'confidence', message: 'must be between 0 and 1' },
    { item: -1, field: 'data', message: 'is missing' },
  ];
  const refusal = JSON.stringify({ detail: 'the update is not valid', errors });
  host.instead.set(`POST ${PATH}`, () => new Response(refusal, { status: 422 }));
  fireEvent.click(button());
  await pass();
  const alert = screen.getByRole('alert');
  expect(alert.textContent).toContain('Not published: the update is not valid');
  expect(
    within(alert)
      .getAllByRole('listitem')
      .map((item) => item.textContent),
  ).toEqual(['item 2, confidence: must be between 0 and 1', 'data: is missing']);
  expect(editor().value).toContain('AAPL');
});

test('what was written for a channel is there again after another one', async () => {
  await openSection('publish');
  write('{"mine":1}');
  choose('notifications');
  expect(editor().value).toContain('user_001');
  choose('trade-signals');
  expect(editor().value).toBe('{"mine":1}');
  fireEvent.click(screen.getByRole('tab', { name: 'Clients' }));
  fireEvent.click(screen.getByRole('tab', { name: 'Publish' }));
  expect(editor().value).toBe('{"mine":1}');
  fireEvent.click(screen.getByRole('button', { name: 'Template' }));
  expect(editor().value).toContain('AAPL');
});

test('a channel’s row opens the form for it', async () => {
  await openSection('channels');
  fireEvent.click(screen.getByRole('button', { name: 'Publish on notifications' }));
  expect(screen.getByLabelText<HTMLSelectElement>('Channel').value).toBe('notifications');
});

test('a text is set out anew', async () => {
  await openSection('publish');
  write('{"a":[1,2]}');
  fireEvent.click(screen.getByRole('button', { name: 'Format' }));
  expect(editor().value).toBe('{\n  "a": [\n    1,\n    2\n  ]\n}');
});
