/* SPDX-License-Identifier: MIT */
import { act, render, screen } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { later } from '../src/ui/later.tsx';

const Part = ({ name }: { name: string }) => <p>part {name}</p>;
const away = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'));
const there = () => Promise.resolve({ default: Part });
const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const shown = () => document.body.textContent;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('a part is loaded when it is first shown, and at once after that', async () => {
  const load = vi.fn(there);
  const Later = later(load, 'the part', 'wait');
  expect(load).not.toHaveBeenCalled();
  const first = render(<Later name="one" />);
  expect(shown()).toBe('Loading the part…');
  await wait(0);
  expect(shown()).toBe('part one');
  first.unmount();
  render(<Later name="two" />);
  expect(shown()).toBe('part two');
  expect(load).toHaveBeenCalledTimes(1);
});

it('a part that the host does not give is asked for until it does', async () => {
  const load = vi.fn<typeof there>().mockImplementation(away);
  const Later = later(load, 'the part', 'wait');
  render(
    <StrictMode>
      <Later name="one" />
    </StrictMode>,
  );
  await wait(0);
  expect(screen.getByRole('status').textContent).toContain('does not give the part');
  expect(screen.getByRole('button', { name: 'Load the page anew' })).toBeTruthy();
  await wait(4000);
  expect(load).toHaveBeenCalledTimes(3);
  load.mockImplementation(there);
  await wait(2000);
  expect(shown()).toBe('part one');
});

it('nobody asks for it any more when it is not shown', async () => {
  const load = vi.fn<typeof there>().mockImplementation(away);
  const Later = later(load, 'the part', 'wait');
  const { unmount } = render(<Later name="one" />);
  await wait(0);
  unmount();
  await wait(10_000);
  expect(load).toHaveBeenCalledTimes(1);
});
