// SPDX-License-Identifier: MIT
// The figures of a portfolio and its curve.

import { earnings } from './lib/bodies.mjs';
import { says } from './lib/look.mjs';
import { Visits } from './lib/visit.mjs';

const visits = new Visits();
const at = '#/earnings';

const MINUTE_MS = 60_000;
const CURVE_PIXELS = 5000;
const COLOURED = 8;

/** Runs in the page: whether so many pixels of the chart have a colour; without a curve few do. */
function hasCurve([pixels, coloured]) {
  const copy = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  let found = 0;
  for (const part of document.querySelectorAll('main canvas')) {
    if (part.width === 0 || part.height === 0) continue;
    Object.assign(copy.canvas, { width: part.width, height: part.height });
    copy.drawImage(part, 0, 0);
    const { data } = copy.getImageData(0, 0, part.width, part.height);
    for (let i = 0; i < data.length; i += 4) {
      const [red, green, blue] = data.subarray(i, i + 3);
      if (Math.max(red, green, blue) - Math.min(red, green, blue) > coloured) found += 1;
    }
  }
  return found > pixels;
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
  const now = Date.now();
  for (const [i, value] of [100_000, 101_500, 99_750].entries()) {
    const timestamp = new Date(now + i * MINUTE_MS).toISOString();
    await host.publish('earnings', earnings(value, { timestamp }));
  }
  await says(page.locator('main'), '$99,750.00');
  await page.waitForFunction(hasCurve, [CURVE_PIXELS, COLOURED]);
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
