/* SPDX-License-Identifier: MIT */
import { useEffect, useRef } from 'react';
import type { CandleInterval } from '../data/candles.ts';
import type { QuoteBook } from '../data/quotes.ts';
import { CandleView } from './candleView.ts';
import { onPalette } from './palette.ts';

interface CandleChartProps {
  quotes: QuoteBook;
  symbol: string;
  interval: CandleInterval;
}

/** The candles of a symbol, of whatever has been heard of it. In a chunk of its own. */
export default function CandleChart({ quotes, symbol, interval }: CandleChartProps) {
  const element = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const box = element.current;
    if (!box) return;
    const view = new CandleView(box);
    let shown = false;
    const draw = () => {
      const series = quotes.instrument(symbol)?.candles[interval];
      if (!series) return;
      if (shown) view.update();
      else view.show(series);
      shown = true;
    };
    draw();
    const stopQuotes = quotes.quote(symbol).subscribe(draw);
    const stopPalette = onPalette(() => view.recolour());
    return () => {
      stopQuotes();
      stopPalette();
      view.close();
    };
  }, [quotes, symbol, interval]);

  return (
    <div
      ref={element}
      className="chart"
      role="img"
      aria-label={`${symbol}, candles of ${interval}`}
    />
  );
}
