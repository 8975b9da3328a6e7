/* SPDX-License-Identifier: MIT */
import { act, render } from '@testing-library/react';
import { useRef } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { useOnScreen, useValueWhile } from '../src/data/onScreen.ts';
import { Value } from '../src/data/value.ts';

describe('a row', () => {
  it('renders only while it is on the screen, and is right at once when it comes back', async () => {
    let tell: (seen: boolean) => void = () => undefined;
    class Observer {
      constructor(callback: (entries: { isIntersecting: boolean }[]) => void) {
        tell = (isIntersecting) => callback([{ isIntersecting }]);
      }
      observe = vi.fn();
      disconnect = vi.fn();
    }
    vi.stubGlobal('IntersectionObserver', Observer);
    const value = new Value(0);
    let renders = 0;
    function Row() {
      const element = useRef<HTMLParagraphElement>(null);
      const shown = useValueWhile(useOnScreen(element), value);
      renders++;
      return <p ref={element}>{shown}</p>;
    }
    const { container } = render(<Row />);
    await act(() => value.set(1));
    expect(container.textContent).toBe('1');

    await act(() => tell(false));
    const before = renders;
    for (let i = 2; i < 10; i++) await act(() => value.set(i));
    expect(renders).toBe(before);

    await act(() => tell(true));
    expect(container.textContent).toBe('9');
    vi.unstubAllGlobals();
  });
});
