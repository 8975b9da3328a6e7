// SPDX-License-Identifier: MIT
// Every page, in light and dark and on a phone: readable for all, and kept as a picture.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ADMIN_TOKEN } from './lib/daemon.mjs';
import { says, visit } from './lib/look.mjs';
import { fill } from './lib/scene.mjs';
import { DESK, keepPicture, open, PHONE, Visits } from './lib/visit.mjs';

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];
const admin = (tab) => `#/admin?token=${ADMIN_TOKEN}&tab=${tab}`;

const PAGES = [
  { name: 'markets', at: '#/', title: 'Markets', sign: 'main canvas' },
  { name: 'signals', at: '#/signals', title: 'Trade signals', sign: 'tr[data-symbol="AAPL"]' },
  { name: 'earnings', at: '#/earnings', title: 'Earnings', sign: 'main canvas' },
  {
    name: 'notifications',
    at: '#/notifications',
    title: 'Notifications',
    sign: '[data-testid="notification"]',
  },
  { name: 'admin gate', at: '#/admin', title: 'Admin', sign: 'input[type="password"]' },
  { name: 'admin overview', at: admin('overview'), title: 'Admin', sign: '[data-kind="users"]' },
  { name: 'admin channels', at: admin('channels'), title: 'Admin', sign: 'tr[data-channel]' },
  { name: 'admin clients', at: admin('clients'), title: 'Admin', sign: 'tr[data-client]' },
  { name: 'admin rates', at: admin('rates'), title: 'Admin', sign: 'main svg' },
  { name: 'admin slow', at: admin('slow'), title: 'Admin', sign: '#admin-slow' },
  { name: 'admin trace', at: admin('trace'), title: 'Admin', sign: '#admin-trace' },
  { name: 'admin publish', at: admin('publish'), title: 'Admin', sign: 'textarea' },
];

const LOOKS = {
  light: { colorScheme: 'light', viewport: DESK },
  dark: { colorScheme: 'dark', viewport: DESK },
  phone: { colorScheme: 'light', viewport: PHONE, deviceScaleFactor: 2, hasTouch: true },
};

const visits = new Visits({ before: fill });

/** What axe finds that keeps people from using the page. */
async function findings(page) {
  // Over the debugger, since the page's own policy lets no script in.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => {
    return window.axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
  }, RULES);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join('\n    ')}`);
}

/** What sticks out of the window at the side, which would then scroll. */
function overflow(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 0.5,
    );
    const names = wide.slice(0, 5).map(({ tagName, className }) => `${tagName} ${className}`);
    return [`${scrollWidth - clientWidth} px too wide: ${names.join(', ')}`];
  });
}

/** Tables may scroll in their cards where there is little room, but on a desk there is. */
function cut(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('.table-scroll')]
      .filter((part) => part.scrollWidth > part.clientWidth)
      .map((part) => `a table is cut by ${part.scrollWidth - part.clientWidth} px`),
  );
}

/** What fades in is too pale for axe while it does. Some of what moves does so for ever. */
function still(page) {
  return page.evaluate(() => {
    const moves = document
      .getAnimations()
      .filter(({ effect }) => effect.getComputedTiming().endTime < Infinity);
    return Promise.allSettled(moves.map((move) => move.finished));
  });
}

for (const [look, context] of Object.entries(LOOKS)) {
  visits.test(`every page is readable: ${look}`, { context }, async (page) => {
    const found = [];
    for (const { name, at, title, sign } of PAGES) {
      await visit(page, at, title);
      await page.locator(sign).first().waitFor();
      await still(page);
      await keepPicture(page, `${name} ${look}`);
      const here = [
        ...(look === 'dark' ? [] : await overflow(page)),
        ...(look === 'light' ? await cut(page) : []),
        ...(await findings(page)),
      ];
      found.push(...here.map((text) => `${name}: ${text}`));
    }
    assert.deepEqual(found, []);
  });
}

const DIALOGS = { Settings: 'User id', 'Keyboard shortcuts': 'Go to Markets' };

for (const [name, text] of Object.entries(DIALOGS)) {
  for (const colorScheme of ['light', 'dark']) {
    const options = { context: { colorScheme } };
    visits.test(`the dialog ${name}, ${colorScheme}, is readable`, options, async (page) => {
      await page.getByRole('button', { name, exact: true }).click();
      await says(page.getByRole('dialog'), text);
      await keepPicture(page, `${name} ${colorScheme}`);
      assert.deepEqual(await findings(page), []);
    });
  }
}

visits.test('the theme that is chosen stays', { at: null }, async (page, host) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await open(page, host);
  const colour = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await colour();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Theme').selectOption('dark');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('html[data-theme="dark"]').waitFor();
  assert.notEqual(await colour(), light);
  await page.reload();
  await page.locator('html[data-theme="dark"]').waitFor();
});
