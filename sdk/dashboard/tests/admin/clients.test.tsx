/* SPDX-License-Identifier: MIT */
import { fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { clientState } from './fake-host.ts';
import { openSection, pass } from './page.tsx';

// jsdom has no modal dialogs.
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
});

const ids = () =>
  [...document.querySelectorAll<HTMLElement>('tr[data-client]')].map(
    (row) => row.dataset['client'],
  );

function askToKick(id: string): HTMLElement {
  const row = document.querySelector<HTMLElement>(`tr[data-client="${id}"]`);
  fireEvent.click(within(row!).getByRole('button', { name: 'Kick' }));
  return screen.getByRole('dialog');
}

test('a client is kicked after a question, with a reason', async () => {
  const host = await openSection('clients');
  const dialog = askToKick('c1');
  expect(dialog.textContent).toContain('user_001');
  fireEvent.change(within(dialog).getByLabelText(/Reason/), { target: { value: ' noisy ' } });
  expect(host.last('/clients/c1/kick')).toBeUndefined();
  fireEvent.click(within(dialog).getByRole('button', { name: 'Kick client' }));
  await pass();
  expect(host.last('/clients/c1/kick')).toMatchObject({
    method: 'POST',
    body: { reason: 'noisy' },
  });
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(screen.getByText('Kicked c1.')).toBeTruthy();
  expect(ids()).toEqual(['c2']);
});

test('who does not want to kick after all has kicked nobody', async () => {
  const host = await openSection('clients');
  fireEvent.click(within(askToKick('c1')).getByRole('button', { name: 'Cancel' }));
  await pass();
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(host.count('/clients/c1/kick')).toBe(0);
});

test('a client that has gone meanwhile is told of, and leaves the list', async () => {
  const host = await openSection('clients');
  const dialog = askToKick('c2');
  host.clients.pop();
  fireEvent.click(within(dialog).getByRole('button', { name: 'Kick client' }));
  await pass();
  expect(screen.getByRole('alert').textContent).toContain('c2 was not kicked: no such client');
  expect(ids()).toEqual(['c1']);
});

test('clients are searched by channel, user and slowness', async () => {
  const host = await openSection('clients', (fake) => {
    fake.clients.push(clientState({ id: 'c3', slow: true, user: 'user_002' }));
  });
  expect(ids()).toEqual(['c1', 'c2', 'c3']);
  fireEvent.click(screen.getByLabelText('Slow only'));
  await pass();
  expect(ids()).toEqual(['c3']);
  fireEvent.change(screen.getByLabelText('User'), { target: { value: 'user_001' } });
  await pass(250);
  expect(ids()).toEqual([]);
  expect(screen.getByText('No client is like that.')).toBeTruthy();
  fireEvent.change(screen.getByLabelText('Channel'), { target: { value: 'notifications' } });
  await pass();
  expect(Object.fromEntries(host.last('/clients')?.query ?? [])).toEqual({
    channel: 'notifications',
    user: 'user_001',
    slow: 'true',
    limit: '50',
  });
});

test('pages are turned forwards and back', async () => {
  await openSection('clients', (fake) => {
    fake.page = 1;
  });
  expect(ids()).toEqual(['c1']);
  const previous = screen.getByRole<HTMLButtonElement>('button', { name: 'Previous' });
  const next = screen.getByRole<HTMLButtonElement>('button', { name: 'Next' });
  expect(previous.disabled).toBe(true);
  fireEvent.click(next);
  await pass();
  expect(ids()).toEqual(['c2']);
  expect(next.disabled).toBe(true);
  fireEvent.click(previous);
  await pass();
  expect(ids()).toEqual(['c1']);
});

test('slow subscribers are shown fullest first', async () => {
  await openSection('slow', (fake) => {
    fake.clients = [
      clientState({ id: 'half', slow: true, outbox_bytes: 512 * 1024 }),
      clientState({ id: 'quick' }),
      clientState({ id: 'full', slow: true, outbox_bytes: 1024 * 1024 }),
    ];
  });
  expect(ids()).toEqual(['full', 'half']);
  expect(screen.getByRole('meter', { name: 'Outbox of half' }).getAttribute('aria-valuenow')).toBe(
    '50',
  );
});
