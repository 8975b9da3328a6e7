/* SPDX-License-Identifier: MIT */
import { describe, expect, it, vi } from 'vitest';
import { SEQUENCE_MS, Shortcuts, takesText } from '../src/shell/keys.ts';

function stroke(key: string, timeStamp = 0, more = {}) {
  return { key, timeStamp, ctrlKey: false, metaKey: false, altKey: false, ...more };
}

describe('shortcuts', () => {
  it('of one key act at once', () => {
    const search = vi.fn();
    expect(new Shortcuts({ '/': search }).press(stroke('/'))).toBe(true);
    expect(search).toHaveBeenCalledOnce();
  });

  it('of two keys act at the second', () => {
    const go = vi.fn();
    const keys = new Shortcuts({ 'g m': go });
    expect(keys.press(stroke('g', 0))).toBe(true);
    expect(go).not.toHaveBeenCalled();
    expect(keys.press(stroke('m', 300))).toBe(true);
    expect(go).toHaveBeenCalledOnce();
  });

  it('forget the first key after a while', () => {
    const go = vi.fn();
    const keys = new Shortcuts({ 'g m': go });
    keys.press(stroke('g', 0));
    expect(keys.press(stroke('m', SEQUENCE_MS + 1))).toBe(false);
    expect(go).not.toHaveBeenCalled();
  });

  it('take a second key that completes nothing for a first one', () => {
    const go = vi.fn();
    const help = vi.fn();
    const keys = new Shortcuts({ 'g m': go, '?': help });
    keys.press(stroke('g', 0));
    keys.press(stroke('?', 1));
    expect(help).toHaveBeenCalledOnce();
    keys.press(stroke('m', 2));
    expect(go).not.toHaveBeenCalled();
  });

  it('leave the browser its own', () => {
    const find = vi.fn();
    const keys = new Shortcuts({ '/': find });
    for (const held of ['ctrlKey', 'metaKey', 'altKey']) {
      expect(keys.press(stroke('/', 0, { [held]: true }))).toBe(false);
    }
    expect(find).not.toHaveBeenCalled();
    expect(keys.press(stroke('constructor'))).toBe(false);
  });

  it('are not for fields that take text', () => {
    expect(takesText(document.createElement('input'))).toBe(true);
    expect(takesText(document.createElement('select'))).toBe(true);
    expect(takesText(document.createElement('button'))).toBe(false);
    expect(takesText(null)).toBe(false);
  });
});
