/* SPDX-License-Identifier: MIT */
import { describe, expect, it } from 'vitest';
import { pageOf, takeAdminToken } from '../src/shell/routes.ts';

describe('routes', () => {
  it.each([
    ['', 'markets'],
    ['#/', 'markets'],
    ['#/signals', 'signals'],
    ['#/notifications/', 'notifications'],
    ['#/admin?token=x', 'admin'],
    ['#/nowhere', 'markets'],
  ])('take "%s" to the page %s', (hash, page) => expect(pageOf(hash)).toBe(page));

  it('take the admin token out of the address', () => {
    window.location.hash = '#/admin?token=s3cret&tab=clients';
    expect(takeAdminToken(window.location, window.history)).toBe('s3cret');
    expect(window.location.hash).toBe('#/admin?tab=clients');
    expect(takeAdminToken(window.location, window.history)).toBeNull();
  });

  it('take it from the admin page alone', () => {
    window.location.hash = '#/signals?token=s3cret';
    expect(takeAdminToken(window.location, window.history)).toBeNull();
    expect(window.location.hash).toBe('#/signals?token=s3cret');
  });
});
