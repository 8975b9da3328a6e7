/* SPDX-License-Identifier: MIT */
import { memo, useRef, type KeyboardEvent } from 'react';
import { useStale } from '../../data/clock.ts';
import { useOnScreen, useValueWhile } from '../../data/onScreen.ts';
import type { QuoteBook } from '../../data/quotes.ts';
import type { Quote } from '../../data/quote.ts';
import { count, UNKNOWN } from '../../ui/format.ts';
import { CloseIcon } from '../../ui/icons.tsx';
import { Sparkline } from '../../ui/Sparkline.tsx';
import { Age, Change, ChangePercent, directionOf, Price } from './cells.tsx';

const SPARK_TONES = { up: 'up', down: 'down', flat: 'neutral' } as const;

interface WatchRowProps {
  symbol: string;
  quotes: QuoteBook;
  selected: boolean;
  /** The row that Tab comes to. */
  entrance: boolean;
  staleAfter: number;
  onSelect(symbol: string): void;
  onRemove(symbol: string): void;
}

function Cells({ quote }: { quote: Quote }) {
  return (
    <>
      <td className="number" data-field="price">
        <Price value={quote.price} direction={quote.direction} moves={quote.moves} />
      </td>
      <td className="number wide" data-field="change">
        <Change value={quote.change} like={quote.price} />
      </td>
      <td className="number" data-field="change-percent">
        <ChangePercent value={quote.changePercent} />
      </td>
      <td className="number wider" data-field="volume">
        {count(quote.volume)}
      </td>
      <td className="watch__line">
        <Sparkline
          points={quote.line}
          base={quote.previousClose}
          tone={SPARK_TONES[directionOf(quote.change)]}
          width={88}
        />
      </td>
    </>
  );
}

function NoCells() {
  return (
    <>
      <td className="number muted" data-field="price">
        {UNKNOWN}
      </td>
      <td className="number muted wide">{UNKNOWN}</td>
      <td className="number muted">{UNKNOWN}</td>
      <td className="number muted wider">{UNKNOWN}</td>
      <td className="watch__line" />
    </>
  );
}

/**
 * A watched symbol. Renders by itself, while it is on the screen: no other row does when its price
 * changes.
 */
export const WatchRow = memo(function WatchRow(props: WatchRowProps) {
  const { symbol, quotes, selected, entrance, staleAfter, onSelect, onRemove } = props;
  const line = useRef<HTMLTableRowElement>(null);
  const seen = useOnScreen(line);
  const quote = useValueWhile(seen, quotes.quote(symbol));
  const stale = useStale(quote?.heardAt ?? null, staleAfter);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === ' ') onSelect(symbol);
    else if (event.key === 'Delete') onRemove(symbol);
    else return;
    event.preventDefault();
  };
  return (
    <tr
      ref={line}
      data-symbol={symbol}
      data-stale={stale || undefined}
      aria-current={selected}
      tabIndex={entrance ? 0 : -1}
      onClick={() => onSelect(symbol)}
      onKeyDown={onKey}
    >
      <th scope="row" className="symbol" title={symbol}>
        {symbol}
      </th>
      {quote ? <Cells quote={quote} /> : <NoCells />}
      <td className="number watch__age" data-field="age">
        <span className="watch__since">
          {quote ? <Age since={quote.heardAt} staleAfter={staleAfter} /> : 'waiting'}
        </span>
        <button
          type="button"
          className="button button--quiet button--icon button--small watch__remove"
          tabIndex={-1}
          title="Remove (Del)"
          onClick={(event) => {
            event.stopPropagation();
            onRemove(symbol);
          }}
        >
          <CloseIcon size={12} />
          <span className="visually-hidden">Remove {symbol}</span>
        </button>
      </td>
    </tr>
  );
});
