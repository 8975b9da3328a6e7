// SPDX-License-Identifier: MIT
// The figures of a portfolio and its curve.

import assert from 'node:assert/strict';
import { earnings } from './lib/bodies.mjs';
import { says } from './lib/look.mjs';
import { Visits } from './lib/visit.mjs';

const visits = new Visits();
const at = '#/earnings';

/** How many pixels of the chart have something on them. */
function painted(page) {
  return page.evaluate(() => {
    const parts = [...document.querySelectorAll('main canvas')].filter((part) => part.width > 0);
    const inks = parts.map((part) => {
      const { data } = part.getContext('2d').getImageData(0, 0, part.width, part.height);
      return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    });
    return inks.reduce((sum, ink) => sum + ink, 0);
  });
}

visits.test('the figures follow what is published', { at }, async (page, host) => {
  await host.publish('earnings', earnings(100_000));
  await says(page.locator('main'), '$100,000.00');
  await says(page.locator('main'), '+$5,000.00');
  await says(page.locator('main'), '65.0%');
  await host.publish('earnings', earnings(94_000, { daily_pnl: -120.5 }));
  await says(page.locator('main'), '$94,000.00');
  await says(page.locator('main'), /[-−]\$120\.50/);
});

visits.test('the equity is drawn as a curve', { at }, async (page, host) => {
  for (const value of [100_000, 101_500, 99_750]) await host.publish('earnings', earnings(value));
  await says(page.locator('main'), '$99,750.00');
  await page.locator('main canvas').first().waitFor();
  assert.ok((await painted(page)) > 1000);
});

visits.test('another user has other figures', { at }, async (page, host) => {
  await host.publish('earnings', earnings(100_000));
  await host.publish('earnings', { ...earnings(7_654_321), user_id: 'user_002' });
  await says(page.locator('main'), '$100,000.00');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('User id').fill('user_002');
  await page.getByRole('button', { name: 'Save' }).click();
  await says(page.locator('main'), '$7,654,321');
});
