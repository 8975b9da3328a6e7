/* SPDX-License-Identifier: MIT */
// @vitest-environment node
import { expect, test } from 'vitest';
import { figureName, figureText, sortFigures } from '../../src/admin/figures.ts';

test.each([
  ['total_users', 'Total users'],
  ['totalUsers', 'Total users'],
  ['total_return_pct', 'Total return %'],
  ['commission_bps', 'Commission (bps)'],
])('%s is called %s', (name, text) => {
  expect(figureName(name)).toBe(text);
});

test.each([
  ['monthly_revenue', 15000, '$15,000.00'],
  ['total_revenue', 4154337.15, '$4,154,337'],
  ['total_users', 1500, '1,500'],
  ['new_users', -5, '−5'],
  ['win_rate', 0.655, '65.5%'],
  ['sample_rate', 44100, '44,100'],
  ['month', '2026-11', '2026-11'],
  ['trial', true, 'yes'],
  ['nothing', null, '–'],
])('%s of %s is %s', (name, value, text) => {
  expect(figureText(name, value)).toBe(text);
});

test('figures of any shape find their place', () => {
  const figures = sortFigures({
    source: 'paper trading',
    total: 3,
    by_plan: { free: 1, paid: 2 },
    newest: [{ user: 'a' }, 'b'],
    missing: null,
  });
  expect(figures).toEqual({
    source: 'paper trading',
    plain: [['total', 3]],
    groups: [
      [
        'by_plan',
        [
          ['free', 1],
          ['paid', 2],
        ],
      ],
    ],
    tables: [['newest', [{ user: 'a' }, { value: 'b' }]]],
  });
});
