// SPDX-License-Identifier: MIT
// Without a mouse.

import assert from 'node:assert/strict';
import { signals } from './lib/bodies.mjs';
import { counts, heading, row, says } from './lib/look.mjs';
import { open, Visits } from './lib/visit.mjs';

const visits = new Visits();
const at = '#/signals';
const focused = (page) =>
  page.evaluate(() => {
    const { tagName, dataset, title, textContent } = document.activeElement;
    return dataset.symbol ?? (title || textContent.trim() || tagName);
  });

/** What Tab comes to, from the top until it leaves the page. */
async function tabStops(page) {
  const stops = [];
  await page.keyboard.press('Tab');
  while (
    (await page.evaluate(() => document.activeElement !== document.body)) &&
    stops.length < 60
  ) {
    const { name, ring } = await page.evaluate(() => {
      const element = document.activeElement;
      const { outlineStyle, boxShadow } = getComputedStyle(element);
      const name =
        element.dataset.symbol ?? element.ariaLabel ?? (element.textContent.trim() || element.type);
      return { name, ring: outlineStyle !== 'none' || boxShadow !== 'none' };
    });
    assert.ok(ring, `the focus on ${name} can not be seen`);
    stops.push(name);
    await page.keyboard.press('Tab');
  }
  return stops;
}

/** All keys are pressed at the same moment, as far as the page knows. */
function stopTime() {
  Object.defineProperty(Event.prototype, 'timeStamp', { get: () => 1 });
}

visits.test('two keys go to each page', { at: null }, async (page, host) => {
  await page.addInitScript(stopTime);
  await open(page, host);
  for (const [key, title] of [
    ['s', 'Trade signals'],
    ['e', 'Earnings'],
    ['n', 'Notifications'],
    ['a', 'Admin'],
    ['m', 'Markets'],
  ]) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await heading(page, title).waitFor();
  }
});

visits.test('? tells of the shortcuts and Escape closes them', {}, async (page) => {
  await page.keyboard.press('?');
  await says(page.getByRole('dialog'), 'Go to Trade signals');
  await page.keyboard.press('Escape');
  await counts(page.locator('dialog[open]'), 0);
});

visits.test('/ searches, and what is typed is no shortcut', { at }, async (page, host) => {
  await host.publish('trade-signals', signals(['GS'], ['AAPL']));
  await row(page, 'AAPL').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('gs');
  await counts(page.locator('main tr[data-symbol]'), 1);
  await heading(page, 'Trade signals').waitFor();
  await page.keyboard.press('Escape');
  await counts(page.locator('main tr[data-symbol]'), 2);
});

visits.test(
  'Tab comes to everything on the page of signals, visibly',
  { at },
  async (page, host) => {
    await host.publish('trade-signals', signals(['GS'], ['AAPL']));
    await row(page, 'AAPL').waitFor();
    const stops = await tabStops(page);
    assert.ok(stops.length < 60, 'Tab does not go round in circles');
    for (const wanted of [
      'Skip to the content',
      /^Markets/,
      'Search signals by symbol',
      /^Buy/,
      'range',
      'Confidence',
      /^(AAPL|GS)$/,
      'Pin AAPL',
      'Details of AAPL',
    ]) {
      assert.ok(
        stops.some((stop) => (wanted instanceof RegExp ? wanted.test(stop) : stop === wanted)),
        `Tab does not come to ${wanted}: ${stops.join(' | ')}`,
      );
    }
  },
);

visits.test('rows are chosen, opened and pinned by keys', { at }, async (page, host) => {
  await host.publish('trade-signals', signals(['GS', 'buy', 0.9], ['AAPL', 'buy', 0.5]));
  await row(page, 'AAPL').waitFor();
  const first = await page.locator('main tr[data-symbol]').first().getAttribute('data-symbol');
  const other = first === 'GS' ? 'AAPL' : 'GS';
  await page.keyboard.press('j');
  assert.equal(await focused(page), first);
  await page.keyboard.press('j');
  assert.equal(await focused(page), other);
  await page.keyboard.press('Enter');
  await page.getByText('Details', { exact: true }).nth(1).waitFor();
  await page.keyboard.press('p');
  await page.locator(`tbody tr[data-symbol="${other}"]:first-child`).waitFor();
  await page.keyboard.press('k');
});

visits.test('the skip link leads past the navigation', { at }, async (page) => {
  await page.keyboard.press('Tab');
  await says(page.locator(':focus'), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await heading(page, 'Trade signals').waitFor();
});
