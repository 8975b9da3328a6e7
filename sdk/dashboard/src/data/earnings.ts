/* SPDX-License-Identifier: MIT */
import type { Message } from '@sentio/client';
import { Pacer } from './pacer.ts';
import { isFields, numberIn, records, textIn, timeIn, type Fields } from './record.ts';
import { ThinningSeries, type Point } from './thinning.ts';
import { Value, type Readable } from './value.ts';

export interface Position {
  readonly symbol: string;
  readonly quantity: number | null;
  readonly averagePrice: number | null;
  readonly price: number | null;
  readonly gain: number | null;
}

export interface Earnings {
  readonly portfolioValue: number | null;
  readonly totalReturn: number | null;
  readonly totalReturnPercent: number | null;
  readonly dailyPnl: number | null;
  /** 0 to 1. */
  readonly winRate: number | null;
  readonly trades: number | null;
  readonly cash: number | null;
  readonly positions: readonly Position[];
  /** Figures beyond these. */
  readonly extra: Fields;
  /** When they were made, in milliseconds since 1970. */
  readonly at: number;
}

export interface EarningsView {
  /** null: nothing is known yet. */
  readonly earnings: Earnings | null;
  /** The portfolio's value over time, oldest first. */
  readonly equity: readonly Point[];
}

const SHOW_EVERY_MS = 250;
const EQUITY_POINTS = 1000;
const EQUITY_STEP_MS = 1000;
const KNOWN = new Set([
  ...['portfolio_value', 'total_return', 'total_return_pct', 'daily_pnl', 'win_rate', 'trades'],
  ...['cash', 'positions', 'user_id', 'timestamp', 'offset', 'epoch'],
]);

function parsePosition(fields: Fields): Position | null {
  const symbol = textIn(fields, 'symbol');
  if (symbol === null) return null;
  return {
    symbol,
    quantity: numberIn(fields, 'quantity'),
    averagePrice: numberIn(fields, 'avg_price'),
    price: numberIn(fields, 'price'),
    gain: numberIn(fields, 'unrealized_pnl'),
  };
}

/** The percent that a return is of what was there before it. */
function returnPercent(value: number | null, earned: number | null): number | null {
  if (value === null || earned === null || value === earned) return null;
  return (100 * earned) / (value - earned);
}

function parse(fields: Fields, at: number): Earnings {
  const portfolioValue = numberIn(fields, 'portfolio_value');
  const totalReturn = numberIn(fields, 'total_return');
  const percent = numberIn(fields, 'total_return_pct');
  return {
    portfolioValue,
    totalReturn,
    totalReturnPercent: percent ?? returnPercent(portfolioValue, totalReturn),
    dailyPnl: numberIn(fields, 'daily_pnl'),
    winRate: numberIn(fields, 'win_rate'),
    trades: numberIn(fields, 'trades'),
    cash: numberIn(fields, 'cash'),
    positions: records(fields['positions'])
      .map(parsePosition)
      .filter((position) => position !== null),
    extra: Object.fromEntries(Object.entries(fields).filter(([name]) => !KNOWN.has(name))),
    at,
  };
}

/** What is known of one user's earnings. */
export class EarningsBook implements Readable<EarningsView> {
  #equity = new ThinningSeries(EQUITY_POINTS, EQUITY_STEP_MS);
  #latest: Earnings | null = null;
  readonly #shown = new Value<EarningsView>({ earnings: null, equity: [] });
  readonly #pacer = new Pacer(() => this.#show(), SHOW_EVERY_MS);

  get = this.#shown.get;
  subscribe = this.#shown.subscribe;

  /** A message of the channel earnings. */
  apply(message: Message, now = Date.now()): void {
    if (!isFields(message.data)) return;
    const ordered = timeIn(message.data, 'timestamp') ?? timeIn(message, 'timestamp') ?? now;
    const earnings = parse(message.data, ordered);
    if (earnings.portfolioValue !== null) this.#equity.add(ordered, earnings.portfolioValue);
    const again = message.replay === true || message.snapshot === true || message.polled === true;
    if (!again || !this.#latest || ordered >= this.#latest.at) this.#latest = earnings;
    this.#pacer.request();
  }

  /** For another user. */
  clear(): void {
    this.#equity = new ThinningSeries(EQUITY_POINTS, EQUITY_STEP_MS);
    this.#latest = null;
    this.#show();
  }

  #show(): void {
    this.#shown.set({ earnings: this.#latest, equity: this.#equity.points.slice() });
  }
}
