/* SPDX-License-Identifier: MIT */
import { useState, type ReactNode } from 'react';
import { CANDLE_INTERVALS, type CandleInterval } from '../../data/candles.ts';
import type { Quote } from '../../data/quote.ts';
import type { QuoteBook } from '../../data/quotes.ts';
import { useValue } from '../../data/value.ts';
import { count, price } from '../../ui/format.ts';
import { later } from '../../ui/later.tsx';
import { Age, Change, ChangePercent, Price } from './cells.tsx';

const CandleChart = later(
  () => import('../../charts/CandleChart.tsx'),
  'the chart',
  'chart-panel__wait',
);

const INTERVALS = Object.keys(CANDLE_INTERVALS) as CandleInterval[];
const NAMES: Readonly<Record<CandleInterval, string>> = {
  '5s': '5 seconds',
  '1m': '1 minute',
  '5m': '5 minutes',
};

interface IntervalTabsProps {
  interval: CandleInterval;
  onChange(interval: CandleInterval): void;
}

function IntervalTabs({ interval, onChange }: IntervalTabsProps) {
  return (
    <div className="tabs" role="group" aria-label="Interval of the candles">
      {INTERVALS.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === interval}
          title={NAMES[each]}
          onClick={() => onChange(each)}
        >
          {each}
        </button>
      ))}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Facts({ quote }: { quote: Quote | undefined }) {
  return (
    <dl className="facts">
      <Fact name="Bid">{price(quote?.bid)}</Fact>
      <Fact name="Ask">{price(quote?.ask)}</Fact>
      <Fact name="High">{price(quote?.high)}</Fact>
      <Fact name="Low">{price(quote?.low)}</Fact>
      <Fact name="Prev. close">{price(quote?.previousClose)}</Fact>
      <Fact name="Volume">{count(quote?.volume)}</Fact>
    </dl>
  );
}

function Headline({ quote, staleAfter }: { quote: Quote; staleAfter: number }) {
  return (
    <p className="headline">
      <span className="headline__price">
        <Price value={quote.price} direction={quote.direction} moves={quote.moves} />
      </span>
      <Change value={quote.change} like={quote.price} />
      <ChangePercent value={quote.changePercent} />
      <span className="headline__age">
        <Age since={quote.heardAt} staleAfter={staleAfter} />
      </span>
    </p>
  );
}

interface ChartPanelProps {
  symbol: string;
  quotes: QuoteBook;
  staleAfter: number;
  onRemove(symbol: string): void;
}

/** The selected symbol: its price, its day, its candles. */
export function ChartPanel({ symbol, quotes, staleAfter, onRemove }: ChartPanelProps) {
  const [interval, setInterval] = useState<CandleInterval>('5s');
  const quote = useValue(quotes.quote(symbol));
  return (
    <section className="card chart-panel" aria-label={`Chart of ${symbol}`}>
      <div className="chart-panel__head">
        <h2 className="chart-panel__symbol">{symbol}</h2>
        {quote ? (
          <Headline quote={quote} staleAfter={staleAfter} />
        ) : (
          <p className="muted">Waiting for the first quote</p>
        )}
        <div className="chart-panel__actions toolbar">
          <IntervalTabs interval={interval} onChange={setInterval} />
          <button
            type="button"
            className="button button--small chart-panel__remove"
            onClick={() => onRemove(symbol)}
          >
            Remove
          </button>
        </div>
      </div>
      <Facts quote={quote} />
      <div className="chart-panel__chart">
        <CandleChart quotes={quotes} symbol={symbol} interval={interval} />
      </div>
      <p className="credit muted">
        Candles of the quotes that this page has received. Charts by{' '}
        <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
          TradingView Lightweight Charts™
        </a>
      </p>
    </section>
  );
}
