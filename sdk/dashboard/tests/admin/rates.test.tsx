/* SPDX-License-Identifier: MIT */
import { fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { rateRows } from '../../src/admin/rate-history.ts';
import { openSection, pass } from './page.tsx';

const chart = (name: string) => screen.getByRole('slider', { name });
const readout = (name: string) =>
  document.querySelector(`[data-series="${name}"] figcaption`)?.textContent;

test('each chart tells the newest value and the greatest', async () => {
  await openSection('rates', (host) => {
    host.rates.series.updates = [7, 2, 3, 4];
  });
  expect(readout('Updates')).toBe('Updates4/smost 7/s');
  expect(readout('Sent')).toBe('Sent400 B/smost 400 B/s');
  expect(readout('Connections')).toBe('Connections3most 3');
});

test('the pointer reads out one moment of all charts', async () => {
  await openSection('rates');
  const svg = chart('Updates');
  fireEvent.pointerMove(svg, { clientX: 56 });
  expect(readout('Updates')).toMatch(/^Updates1\/s\d\d:\d\d:\d\d$/);
  expect(readout('Deliveries')).toMatch(/^Deliveries10\/s/);
  fireEvent.pointerLeave(svg);
  expect(readout('Updates')).toBe('Updates4/smost 4/s');
});

test('the arrow keys read out single values', async () => {
  await openSection('rates');
  fireEvent.keyDown(chart('Updates'), { key: 'ArrowLeft' });
  expect(chart('Updates').getAttribute('aria-valuetext')).toMatch(/: 3\/s$/);
  fireEvent.keyDown(chart('Updates'), { key: 'Home' });
  fireEvent.keyDown(chart('Updates'), { key: 'ArrowLeft' });
  expect(chart('Updates').getAttribute('aria-valuenow')).toBe('0');
  fireEvent.keyDown(chart('Updates'), { key: 'Escape' });
  expect(readout('Updates')).toBe('Updates4/smost 4/s');
});

test('a channel’s own rates are shown, as far as they are counted', async () => {
  await openSection('rates');
  fireEvent.change(screen.getByLabelText('Channel'), { target: { value: 'trade-signals' } });
  expect(readout('Updates')).toBe('Updates0/smost 1/s');
  expect(screen.queryByRole('slider', { name: 'Sent' })).toBeNull();
});

test('the time that is looked at is asked for', async () => {
  const host = await openSection('rates');
  fireEvent.change(screen.getByLabelText('Time'), { target: { value: '60' } });
  await pass();
  expect(host.last('/rates')?.query.get('seconds')).toBe('60');
});

test('the same is there as a table, newest first', async () => {
  await openSection('rates');
  fireEvent.click(screen.getByLabelText('As a table'));
  const rows = [...document.querySelectorAll('tbody tr')].map((row) =>
    [...row.querySelectorAll('td')].map((cell) => cell.textContent),
  );
  expect(rows[0]).toEqual(['4/s', '40/s', '400 B/s', '3']);
  expect(rows.at(-1)).toEqual(['1/s', '10/s', '100 B/s', '3']);
});

test('a long history is put into few rows, each the mean of its time', () => {
  const history = { step_s: 1, from: '', to: '2026-11-23T12:00:00.000Z' };
  const values = Array.from({ length: 600 }, (_, i) => (i < 590 ? 0 : 10));
  const rows = rateRows(history, [values], 30);
  expect(rows).toHaveLength(30);
  expect(rows[0]?.values).toEqual([5]);
  expect((rows[0]?.time ?? 0) - (rows[1]?.time ?? 0)).toBe(20_000);
});
