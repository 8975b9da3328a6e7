/* SPDX-License-Identifier: MIT */
import {
  CandlestickSeries,
  HistogramSeries,
  type CandlestickData,
  type HistogramData,
  type IChartApi,
  type ISeriesApi,
} from 'lightweight-charts';
import type { Candle, CandleSeries } from '../data/candles.ts';
import { pricePlaces } from '../ui/format.ts';
import { chartTime, colours, createFrame } from './frame.ts';
import { faded, palette, type Palette } from './palette.ts';

const SHOWN_AT_MOST = 90;
const SHOWN_AT_LEAST = 45;
/** So many at a time are the past that has come, not the present that goes on. */
const MANY = 3;

function bar({ start, open, high, low, close }: Candle): CandlestickData {
  return { time: chartTime(start), open, high, low, close };
}

function candleColours({ up, down }: Palette) {
  return {
    upColor: up,
    downColor: down,
    wickUpColor: up,
    wickDownColor: down,
    borderVisible: false,
  };
}

/** Candles with their volumes below, kept up to date by small steps. */
export class CandleView {
  readonly #chart: IChartApi;
  readonly #bars: ISeriesApi<'Candlestick'>;
  readonly #volumes: ISeriesApi<'Histogram'>;
  #palette = palette();
  #series: CandleSeries | null = null;
  #count = 0;
  #first = NaN;
  #last = NaN;

  constructor(element: HTMLElement) {
    this.#chart = createFrame(element, this.#palette);
    this.#bars = this.#chart.addSeries(CandlestickSeries, candleColours(this.#palette));
    this.#volumes = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: '',
      priceFormat: { type: 'volume' },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#bars.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.24 } });
    this.#volumes.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
  }

  /** Shows this series from now on. */
  show(series: CandleSeries): void {
    this.#series = series;
    const { candles } = series;
    const places = pricePlaces(candles.at(-1)?.close ?? 1);
    const minMove = 10 ** -places;
    this.#bars.applyOptions({ priceFormat: { type: 'price', precision: places, minMove } });
    this.#chart.timeScale().applyOptions({ secondsVisible: series.interval < 60_000 });
    this.#drawAll(candles);
    this.#fit(candles.length);
  }

  /** Takes over what has changed in the series. */
  update(): void {
    const candles = this.#series?.candles ?? [];
    const first = candles[0]?.start ?? NaN;
    // It began anew, or there was nothing: small steps can only be taken forward.
    if (
      Number.isNaN(this.#last) ||
      first > this.#last ||
      first < this.#first ||
      (candles.at(-1)?.start ?? 0) < this.#last
    ) {
      this.#drawAll(candles);
      return;
    }
    const more = candles.length - this.#count;
    for (const candle of this.#series?.from(this.#last) ?? []) {
      this.#bars.update(bar(candle));
      this.#volumes.update(this.#volume(candle));
      this.#last = candle.start;
    }
    this.#count = candles.length;
    if (more >= MANY) this.#fit(candles.length);
    // The library keeps every bar; the series does not.
    if (first - this.#first > 720 * (this.#series?.interval ?? 0)) this.#drawAll(candles);
  }

  /** The page's colours are others now. */
  recolour(): void {
    this.#palette = palette();
    this.#chart.applyOptions(colours(this.#palette));
    this.#bars.applyOptions(candleColours(this.#palette));
    // All of it: the series may be ahead of what is drawn, and then no step back could be taken.
    if (this.#series) this.#drawAll(this.#series.candles);
  }

  close(): void {
    this.#chart.remove();
  }

  #fit(count: number): void {
    const to = count + 2;
    // Few candles are not drawn as wide as all the room, and many not all at once.
    const shown = Math.min(SHOWN_AT_MOST, Math.max(SHOWN_AT_LEAST, to));
    this.#chart.timeScale().setVisibleLogicalRange({ from: to - shown, to });
  }

  #drawAll(candles: readonly Candle[]): void {
    this.#bars.setData(candles.map(bar));
    this.#volumes.setData(candles.map((candle) => this.#volume(candle)));
    this.#count = candles.length;
    this.#first = candles[0]?.start ?? NaN;
    this.#last = candles.at(-1)?.start ?? NaN;
  }

  #volume({ start, open, close, volume }: Candle): HistogramData {
    const { up, down } = this.#palette;
    return { time: chartTime(start), value: volume, color: faded(close < open ? down : up, 0.35) };
  }
}
