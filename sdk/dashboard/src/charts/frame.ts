/* SPDX-License-Identifier: MIT */
import {
  ColorType,
  createChart,
  CrosshairMode,
  TickMarkType,
  type ChartOptions,
  type DeepPartial,
  type IChartApi,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { dayOf, minuteOf, secondOf } from '../ui/format.ts';
import type { Palette } from './palette.ts';

/** The library counts in seconds. */
export function chartTime(ms: number): UTCTimestamp {
  return Math.floor(ms / 1000) as UTCTimestamp;
}

/** In local time; the library alone would say UTC. */
function tickMark(time: Time, type: TickMarkType): string {
  const at = Number(time) * 1000;
  if (type === TickMarkType.TimeWithSeconds) return secondOf(at);
  return type === TickMarkType.Time ? minuteOf(at) : dayOf(at);
}

function crosshairTime(time: Time): string {
  const at = Number(time) * 1000;
  return `${dayOf(at)}, ${secondOf(at)}`;
}

export function colours(palette: Palette): DeepPartial<ChartOptions> {
  const { text, grid, border, surface, font } = palette;
  return {
    layout: {
      background: { type: ColorType.Solid, color: surface },
      textColor: text,
      fontFamily: font,
      fontSize: 11,
      // The page names the library below the chart: its own mark would need inline styles.
      attributionLogo: false,
    },
    grid: { vertLines: { color: grid }, horzLines: { color: grid } },
    rightPriceScale: { borderColor: border },
    timeScale: { borderColor: border },
  };
}

/** A chart that fills its element, in the page's colours. */
export function createFrame(element: HTMLElement, palette: Palette): IChartApi {
  return createChart(element, {
    autoSize: true,
    ...colours(palette),
    crosshair: { mode: CrosshairMode.Normal },
    localization: { timeFormatter: crosshairTime, locale: 'en-US' },
    timeScale: {
      borderColor: palette.border,
      timeVisible: true,
      secondsVisible: true,
      rightOffset: 3,
      tickMarkFormatter: tickMark,
    },
  });
}
