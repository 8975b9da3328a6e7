/* SPDX-License-Identifier: MIT */
import { memo } from 'react';

interface SparklineProps {
  /** Oldest first; some 60 are enough. */
  points: readonly number[];
  width?: number;
  height?: number;
  /** A line across at this value, when it is within what the points span. */
  base?: number | null | undefined;
  tone?: 'up' | 'down' | 'neutral';
  /** What it shows, for screen readers; without one it is an ornament. */
  label?: string;
}

/** The path of a line through the points, and the function that it puts values on the y axis with. */
function trace(points: readonly number[], width: number, height: number) {
  let low = Infinity;
  let high = -Infinity;
  for (const point of points) {
    if (point < low) low = point;
    if (point > high) high = point;
  }
  const span = high - low || 1;
  const y = (value: number): number =>
    high === low ? height / 2 : 1.5 + ((high - value) / span) * (height - 3);
  const step = points.length > 1 ? width / (points.length - 1) : width;
  const path = points.map((value, i) => `${(i * step).toFixed(1)} ${y(value).toFixed(1)}`);
  const within = (value: number): boolean => value >= low && value <= high;
  return { path: `M${path.join('L')}`, y, within };
}

/** A small line without axes. */
export const Sparkline = memo(function Sparkline(props: SparklineProps) {
  const { points, width = 96, height = 24, base = null, tone = 'neutral', label } = props;
  const line = trace(points, width, height);
  const level = base === null || !line.within(base) ? null : line.y(base).toFixed(1);
  return (
    <svg
      className={`sparkline sparkline--${tone}`}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      {level !== null && <path className="sparkline__base" d={`M0 ${level}H${width}`} />}
      {points.length > 1 && <path className="sparkline__line" d={line.path} />}
    </svg>
  );
});
