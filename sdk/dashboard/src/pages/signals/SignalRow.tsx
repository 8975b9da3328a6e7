/* SPDX-License-Identifier: MIT */
import { memo, type KeyboardEvent } from 'react';
import { useAge } from '../../data/clock.ts';
import type { Signal } from '../../data/signals.ts';
import { share, time } from '../../ui/format.ts';
import { ChevronIcon, PinIcon, PinnedIcon } from '../../ui/icons.tsx';
import { SignalBadge } from './SignalBadge.tsx';
import { SignalDetails } from './SignalDetails.tsx';

const Confidence = memo(function Confidence({ value }: { value: number | null }) {
  return (
    <span className="confidence">
      <span className="confidence__track" aria-hidden="true">
        <span className="confidence__bar" style={{ transform: `scaleX(${value ?? 0})` }} />
      </span>
      <span className="confidence__text">{share(value, 0)}</span>
    </span>
  );
});

function SignalAge({ at }: { at: number }) {
  return (
    <span className="muted" title={time(at)}>
      {useAge(at)}
    </span>
  );
}

interface SignalRowProps {
  signal: Signal;
  pinned: boolean;
  open: boolean;
  /** The row that Tab comes to. */
  entrance: boolean;
  onPin(symbol: string): void;
  onOpen(symbol: string): void;
}

/** The latest signal of a symbol, with its details in a row below when it is open. */
export const SignalRow = memo(function SignalRow(props: SignalRowProps) {
  const { signal, pinned, open, entrance, onPin, onOpen } = props;
  const { symbol } = signal;
  const onKey = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter' || event.key === ' ') onOpen(symbol);
    else if (event.key === 'p') onPin(symbol);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <tr data-symbol={symbol} tabIndex={entrance ? 0 : -1} onKeyDown={onKey}>
        <td className="signals__pin">
          <button
            type="button"
            className="button button--quiet button--icon button--small"
            aria-pressed={pinned}
            title={pinned ? 'Unpin (p)' : 'Pin (p)'}
            onClick={() => onPin(symbol)}
          >
            {pinned ? <PinnedIcon size={14} /> : <PinIcon size={14} />}
            <span className="visually-hidden">Pin {symbol}</span>
          </button>
        </td>
        <th scope="row" className="symbol" title={symbol} data-field="symbol">
          {symbol}
        </th>
        <td data-field="signal">
          <SignalBadge signal={signal.signal} />
        </td>
        <td data-field="confidence">
          <Confidence value={signal.confidence} />
        </td>
        <td className="number" data-field="age">
          <SignalAge at={signal.at} />
        </td>
        <td className="signals__more">
          <button
            type="button"
            className="button button--quiet button--icon button--small"
            aria-expanded={open}
            title="Details (Enter)"
            onClick={() => onOpen(symbol)}
          >
            <ChevronIcon size={14} />
            <span className="visually-hidden">Details of {symbol}</span>
          </button>
        </td>
      </tr>
      {open && (
        <tr className="signals__details">
          <td colSpan={6}>
            <SignalDetails signal={signal} />
          </td>
        </tr>
      )}
    </>
  );
});
