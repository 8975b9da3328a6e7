/* SPDX-License-Identifier: MIT */
import { fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { TOKEN } from './fake-host.ts';
import { openPage, pass } from './page.tsx';

async function enter(token: string): Promise<void> {
  fireEvent.change(screen.getByLabelText('Admin token'), { target: { value: token } });
  fireEvent.click(screen.getByRole('button', { name: 'Open' }));
  await pass();
}

test('without a token nothing is asked but the token', async () => {
  const { host } = await openPage('');
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Admin');
  expect(screen.getByLabelText('Admin token')).toBeTruthy();
  expect(screen.queryByRole('tablist')).toBeNull();
  await pass(10_000);
  expect(host.requests).toEqual([]);
});

test('a token that the host takes opens the page, and is kept', async () => {
  const { adminToken } = await openPage('');
  await enter(` ${TOKEN} `);
  expect(adminToken.get()).toBe(TOKEN);
  expect(screen.getByTestId('readiness').textContent).toContain('ready');
});

test('a token that the host refuses is not kept, and the host’s words are shown', async () => {
  const { adminToken } = await openPage('');
  await enter('wrong');
  expect(adminToken.get()).toBe('');
  expect(screen.getByRole('alert').textContent).toContain('Invalid admin token');
  expect(screen.getByLabelText('Admin token').getAttribute('aria-invalid')).toBe('true');
});

test('no token is no question to the host', async () => {
  const { host } = await openPage('');
  await enter('  ');
  expect(host.requests).toEqual([]);
  expect(screen.getByRole('alert').textContent).toContain('Enter a token');
});

test('a host that can not be reached does not cost the token that was typed', async () => {
  const { host } = await openPage('');
  host.fetch.mockRejectedValueOnce(new TypeError('fetch failed'));
  await enter(TOKEN);
  expect(screen.getByRole('alert').textContent).toContain('can not be reached');
  expect(screen.getByLabelText<HTMLInputElement>('Admin token').value).toBe(TOKEN);
});

test('a kept token that is refused leads back to the gate', async () => {
  const { adminToken } = await openPage('old');
  expect(screen.getByRole('alert').textContent).toContain('refused the token: Invalid admin token');
  expect(adminToken.get()).toBe('');
  await enter(TOKEN);
  expect(screen.getByRole('tablist')).toBeTruthy();
});

test('a token that is revoked while the page is open leads back to the gate', async () => {
  const { host } = await openPage(TOKEN);
  expect(screen.getByRole('tablist')).toBeTruthy();
  host.token = 'another';
  await pass(2000);
  expect(screen.getByLabelText('Admin token')).toBeTruthy();
  const asked = host.requests.length;
  await pass(10_000);
  expect(host.requests.length).toBe(asked);
});

test('the token can be forgotten', async () => {
  const { adminToken } = await openPage(TOKEN);
  fireEvent.click(screen.getByRole('button', { name: 'Forget token' }));
  expect(adminToken.get()).toBe('');
  expect(screen.queryByRole('alert')).toBeNull();
  expect(screen.getByLabelText('Admin token')).toBeTruthy();
});
