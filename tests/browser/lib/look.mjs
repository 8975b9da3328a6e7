// SPDX-License-Identifier: MIT
// Where things are on the dashboard's pages.

export const row = (page, symbol) => page.locator(`tr[data-symbol="${symbol}"]`);
export const price = (page, symbol) => row(page, symbol).locator('[data-field="price"]');
export const notices = (page) => page.getByTestId('notification');
export const toasts = (page) => page.getByTestId('toast');
export const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true });
export const connection = (page) => page.getByTestId('connection');

/** Waits until the element has this text in it. */
export function says(locator, text) {
  return locator.filter({ hasText: text }).first().waitFor();
}

/** Waits until so many of them are there. */
export async function counts(locator, count) {
  if (count > 0) await locator.nth(count - 1).waitFor();
  await locator.nth(count).waitFor({ state: 'detached' });
}

/** The symbols of the table's rows, from the top. */
export function symbols(page) {
  return page
    .locator('main tr[data-symbol]')
    .evaluateAll((rows) => rows.map((found) => found.dataset.symbol));
}

/** Goes to a page by its hash, and waits for its heading. */
export async function visit(page, hash, name) {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
  await heading(page, name).waitFor();
}
