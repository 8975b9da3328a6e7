/* SPDX-License-Identifier: MIT */
import { useId, type KeyboardEvent, type PointerEvent } from 'react';
import { indexAt, linePath, makeScale, thin, type Base } from './scale.ts';
import { useWidth } from './use-width.ts';

const HEIGHT = 120;
/** Room for the numbers of the axis. */
const LEFT = 56;
const BELOW = 18;

export interface Unit {
  base: Base;
  text(value: number): string;
}

interface Props {
  name: string;
  unit: Unit;
  values: readonly number[];
  /** The time of day at an index. */
  timeText(index: number): string;
  /** The index that is read out, in all charts at once; null: none. */
  at: number | null;
  onAt(index: number | null): void;
}

const MOVES: Record<string, (at: number, last: number) => number> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  PageUp: (at) => at - 30,
  PageDown: (at) => at + 30,
  Home: () => 0,
  End: (_at, last) => last,
};

/** One series as a line over an area; the pointer or the arrow keys read out single values. */
export function RateChart({ name, unit, values, timeText, at, onAt }: Props) {
  const [svg, width] = useWidth<SVGSVGElement>(480);
  const title = useId();
  const last = values.length - 1;
  const index = Math.min(at ?? last, last);
  const now = values[index] ?? 0;

  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    const left = event.currentTarget.getBoundingClientRect().left + LEFT;
    onAt(indexAt(event.clientX - left, width - LEFT, values.length));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return onAt(null);
    const next = MOVES[event.key]?.(index, last);
    if (next === undefined) return;
    event.preventDefault();
    onAt(Math.min(last, Math.max(0, next)));
  };

  return (
    <figure className="card admin-chart" data-series={name}>
      <figcaption>
        <span id={title}>{name}</span>
        <strong>{unit.text(now)}</strong>
        <span className="muted">
          {at === null ? `most ${unit.text(Math.max(0, ...values))}` : timeText(index)}
        </span>
      </figcaption>
      <svg
        ref={svg}
        width="100%"
        height={HEIGHT + BELOW + 6}
        role="slider"
        tabIndex={0}
        aria-labelledby={title}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={Math.max(0, index)}
        aria-valuetext={`${timeText(index)}: ${unit.text(now)}`}
        onPointerMove={onPointerMove}
        onPointerLeave={() => onAt(null)}
        onKeyDown={onKeyDown}
        onBlur={() => onAt(null)}
      >
        <Plot unit={unit} values={values} width={width - LEFT} at={at === null ? null : index} />
        <Times last={last} width={width} timeText={timeText} />
      </svg>
    </figure>
  );
}

interface PlotProps {
  unit: Unit;
  values: readonly number[];
  width: number;
  at: number | null;
}

function Plot({ unit, values, width, at }: PlotProps) {
  const scale = makeScale(Math.max(0, ...values), 3, unit.base);
  const y = (value: number) => HEIGHT - (value / scale.top) * HEIGHT;
  const line = linePath(thin(values, width), width, HEIGHT, scale.top);
  const x = at === null ? 0 : (at * width) / Math.max(1, values.length - 1);
  return (
    <g transform={`translate(${LEFT},6)`}>
      {scale.ticks.map((tick) => (
        <g key={tick} transform={`translate(0,${Math.round(y(tick)) + 0.5})`}>
          <line className="admin-chart__grid" x2={width} />
          <text className="admin-chart__label" x={-8} dy="0.32em" textAnchor="end">
            {unit.text(tick)}
          </text>
        </g>
      ))}
      <path className="admin-chart__area" d={line && `${line}L${width},${HEIGHT}L0,${HEIGHT}Z`} />
      <path className="admin-chart__line" d={line} />
      {at !== null && (
        <g>
          <line className="admin-chart__cursor" x1={x} x2={x} y2={HEIGHT} />
          <circle className="admin-chart__dot" cx={x} cy={y(values[at] ?? 0)} r={3.5} />
        </g>
      )}
    </g>
  );
}

interface TimesProps {
  last: number;
  width: number;
  timeText(index: number): string;
}

function Times({ last, width, timeText }: TimesProps) {
  if (last < 1) return null;
  const marks = [0, 0.5, 1] as const;
  const anchors = ['start', 'middle', 'end'] as const;
  return marks.map((share, i) => (
    <text
      key={share}
      className="admin-chart__label"
      x={LEFT + share * (width - LEFT)}
      y={HEIGHT + BELOW + 2}
      textAnchor={anchors[i]}
    >
      {timeText(Math.round(share * last))}
    </text>
  ));
}
