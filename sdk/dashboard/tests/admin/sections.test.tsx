/* SPDX-License-Identifier: MIT */
import { fireEvent, screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { channelState, hostState } from './fake-host.ts';
import { business, openSection, pass, setHidden } from './page.tsx';

const opened = () => screen.getByRole('tab', { selected: true });

test('the address names the section, and follows it', async () => {
  await openSection('channels');
  expect(opened().textContent).toBe('Channels');
  fireEvent.click(screen.getByRole('tab', { name: 'Rates' }));
  expect(window.location.hash).toBe('#/admin?tab=rates');
  expect(screen.getByRole('tabpanel').getAttribute('aria-labelledby')).toBe(opened().id);
});

test('an unknown section is the overview', async () => {
  await openSection('nonsense');
  expect(opened().textContent).toBe('Overview');
});

test('arrow keys move between the sections, and round', async () => {
  await openSection('overview');
  fireEvent.keyDown(opened(), { key: 'ArrowLeft' });
  expect(opened().textContent).toBe('Publish');
  expect(document.activeElement).toBe(opened());
  fireEvent.keyDown(opened(), { key: 'ArrowRight' });
  fireEvent.keyDown(opened(), { key: 'ArrowRight' });
  expect(opened().textContent).toBe('Channels');
  expect(screen.getAllByRole('tab').filter((tab) => tab.tabIndex === 0)).toEqual([opened()]);
});

test('the page asks every two seconds, but not while it is hidden', async () => {
  const host = await openSection('channels');
  expect(host.count('/')).toBe(1);
  await pass(4000);
  expect(host.count('/')).toBe(3);
  expect(host.count('/channels')).toBe(3);
  setHidden(true);
  await pass(60_000);
  expect(host.count('/')).toBe(3);
  setHidden(false);
  await pass();
  expect(host.count('/')).toBe(4);
  await pass(2000);
  expect(host.count('/')).toBe(5);
});

test('a host that fails for a while leaves on the page what was there', async () => {
  const host = await openSection('channels');
  host.instead.set('GET /channels', () => new Response('{"detail":"busy"}', { status: 503 }));
  await pass(2000);
  const alert = screen.getByRole('alert');
  expect(alert.textContent).toContain('busy');
  expect(document.querySelector('tr[data-channel="trade-signals"]')).not.toBeNull();
  host.instead.clear();
  await pass(2000);
  expect(screen.queryByRole('alert')).toBeNull();
});

test('an answer that does not come is given up, and asked for again', async () => {
  const host = await openSection('channels');
  host.fetch.mockImplementationOnce(
    (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
      }),
  );
  await pass(2000);
  await pass(10_000);
  expect(screen.getByRole('alert').textContent).toContain('does not answer');
  await pass(2000);
  expect(screen.queryByRole('alert')).toBeNull();
});

test('an answer that makes no sense costs its section, not the page', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const host = await openSection('channels', (fake) => {
    fake.instead.set('GET /channels', () => new Response('{"channels":[{"name":"odd"}]}'));
  });
  expect(screen.getByRole('alert').textContent).toContain('This part can not be shown');
  host.instead.clear();
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await pass();
  expect(document.querySelector('tr[data-channel="trade-signals"]')).not.toBeNull();
});

test('a failed channel stands out and says why', async () => {
  await openSection('channels', (host) => {
    host.channels.push(
      channelState({ name: 'broken', state: 'failed', detail: 'died five times', deaths: 5 }),
    );
  });
  const row = document.querySelector<HTMLElement>('tr[data-channel="broken"]');
  expect(row?.dataset['state']).toBe('failed');
  expect(within(row!).getByText('died five times')).toBeTruthy();
  const problems = screen.getByRole('list', { name: 'Channels that are not open' });
  expect(problems.textContent).toBe('broken has failed: died five times');
});

test('a host that is not ready says why in every section', async () => {
  await openSection('publish', (host) => {
    host.host = hostState({ ready: false, problems: ['disk: no space left'] });
  });
  expect(screen.getByTestId('readiness').textContent).toContain('not ready');
  expect(screen.getByRole('list', { name: 'Problems of the host' }).textContent).toBe(
    'disk: no space left',
  );
});

test('business figures of any kind are shown, the well-known ones first', async () => {
  business.data = {
    zebra: { stripes: 4 },
    revenue: { monthly_revenue: 15000, by_plan: { pro: 10, basic: 5 } },
    users: { total_users: 150 },
  };
  await openSection('overview');
  const kinds = [...document.querySelectorAll<HTMLElement>('[data-kind]')];
  expect(kinds.map((kind) => kind.dataset['kind'])).toEqual(['users', 'revenue', 'zebra']);
  expect(kinds[1]?.textContent).toContain('$15,000.00');
  expect(kinds[1]?.textContent).toContain('By plan');
  business.data = {};
});

test('an error of the admin channel is shown where its figures would be', async () => {
  business.error = new Error('Invalid admin token');
  await openSection('overview');
  expect(screen.getByRole('alert').textContent).toContain('Invalid admin token');
  expect(screen.getByRole('heading', { name: 'Host' })).toBeTruthy();
  business.error = null;
});
