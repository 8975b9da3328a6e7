/* SPDX-License-Identifier: MIT */
import { BaselineSeries, type IChartApi, type ISeriesApi } from 'lightweight-charts';
import { useEffect, useRef } from 'react';
import type { Point } from '../data/thinning.ts';
import { price } from '../ui/format.ts';
import { chartTime, colours, createFrame } from './frame.ts';
import { faded, onPalette, palette, type Palette } from './palette.ts';

function lineColours({ up, down }: Palette) {
  return {
    topLineColor: up,
    topFillColor1: faded(up, 0.24),
    topFillColor2: faded(up, 0.02),
    bottomLineColor: down,
    bottomFillColor1: faded(down, 0.02),
    bottomFillColor2: faded(down, 0.24),
  };
}

/** The line of the portfolio's value above and below what it began with. */
class EquityView {
  readonly #chart: IChartApi;
  readonly #line: ISeriesApi<'Baseline'>;
  #points: readonly Point[] = [];

  constructor(element: HTMLElement) {
    const colour = palette();
    this.#chart = createFrame(element, colour);
    this.#line = this.#chart.addSeries(BaselineSeries, {
      ...lineColours(colour),
      lineWidth: 2,
      priceFormat: { type: 'custom', formatter: (value: number) => price(value), minMove: 0.01 },
    });
  }

  show(points: readonly Point[], base: number | null): void {
    const before = this.#points;
    this.#points = points;
    const start = base ?? points[0]?.value ?? 0;
    this.#line.applyOptions({ baseValue: { type: 'price', price: start } });
    const known = before.length;
    const same =
      known > 1 && points.length >= known && before.every((p, i) => p.at === points[i]?.at);
    if (same) {
      for (const { at, value } of points.slice(known - 1)) {
        this.#line.update({ time: chartTime(at), value });
      }
      return;
    }
    this.#line.setData(points.map(({ at, value }) => ({ time: chartTime(at), value })));
    this.#chart.timeScale().fitContent();
  }

  recolour(): void {
    const colour = palette();
    this.#chart.applyOptions(colours(colour));
    this.#line.applyOptions(lineColours(colour));
  }

  close(): void {
    this.#chart.remove();
  }
}

interface EquityChartProps {
  /** Oldest first. */
  points: readonly Point[];
  /** What the portfolio began with, in dollars. */
  base: number | null;
}

/** In a chunk of its own. */
export default function EquityChart({ points, base }: EquityChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const view = useRef<EquityView | null>(null);

  useEffect(() => {
    if (!element.current) return;
    const shown = new EquityView(element.current);
    view.current = shown;
    const stop = onPalette(() => shown.recolour());
    return () => {
      stop();
      view.current = null;
      shown.close();
    };
  }, []);

  useEffect(() => view.current?.show(points, base), [points, base]);

  return <div ref={element} className="chart" role="img" aria-label="Portfolio value over time" />;
}
