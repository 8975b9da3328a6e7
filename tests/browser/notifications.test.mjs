// SPDX-License-Identifier: MIT
// Notifications: in the corner, in the list, read and unread.

import assert from 'node:assert/strict';
import { notification } from './lib/bodies.mjs';
import { counts, notices, says, toasts, visit } from './lib/look.mjs';
import { openWithClock, stopClock, Visits } from './lib/visit.mjs';

const visits = new Visits();
const unread = (page) => page.getByRole('link', { name: /Alerts|Notifications/ });

visits.test('one that arrives is shown, counted, read and cleared', { at: null }, async (page, host) => {
  await openWithClock(page, host);
  await stopClock(page);
  await host.publish('notifications', notification('Trade executed'));
  await says(toasts(page), 'Trade executed');
  await says(unread(page), '1');
  await host.publish('notifications', notification('Margin call', { type: 'error' }));
  await says(toasts(page), 'Margin call');
  await says(unread(page), '2');
  await page.clock.resume();

  await visit(page, '#/notifications', 'Notifications');
  await counts(notices(page), 2);
  assert.match(await notices(page).first().textContent(), /Margin call/);
  await notices(page)
    .first()
    .getByRole('button', { name: /as read/ })
    .click();
  await counts(page.locator('[data-testid="notification"][data-read="true"]'), 1);
  await says(unread(page), '1');

  await page.reload();
  await counts(notices(page), 2);
  await says(page.locator('[data-testid="notification"][data-read="true"]'), 'Margin call');
  await page.getByRole('button', { name: 'Mark all read' }).click();
  await counts(page.locator('[data-testid="notification"][data-read="true"]'), 2);

  await page.getByRole('button', { name: 'Clear' }).click();
  await counts(notices(page), 0);
  await host.publish('notifications', notification('Afterwards'));
  await counts(notices(page), 1);
  await page.reload();
  await says(notices(page), 'Afterwards');
  await counts(notices(page), 1);
});

visits.test('a long one stays small in the corner', { at: null }, async (page, host) => {
  await openWithClock(page, host);
  await stopClock(page);
  const message = 'word '.repeat(500);
  await host.publish('notifications', notification('title '.repeat(60), { message }));
  await says(toasts(page), 'title');
  const { height } = await toasts(page).boundingBox();
  assert.ok(height < 160, `it is ${height} px high`);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await counts(toasts(page), 0);
  await visit(page, '#/notifications', 'Notifications');
  await says(notices(page), message.trim());
});

visits.test('a title is text, whatever is in it', { at: '#/notifications' }, async (page, host) => {
  const title = '<img src=x onerror="console.error(1)">';
  await host.publish('notifications', notification(title));
  await says(notices(page), title);
});
