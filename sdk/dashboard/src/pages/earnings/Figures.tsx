/* SPDX-License-Identifier: MIT */
import type { ReactNode } from 'react';
import type { Earnings } from '../../data/earnings.ts';
import { count, figure, gain, money, percent, share } from '../../ui/format.ts';
import { DownIcon, UpIcon } from '../../ui/icons.tsx';

interface FigureProps {
  name: string;
  /** Colours the value, and sets an arrow before it. */
  sign?: number | null;
  /** To the last cent, where the value may be in short. */
  exact?: string;
  note?: ReactNode;
  children: ReactNode;
}

function Figure({ name, sign, exact, note, children }: FigureProps) {
  // What rounds to no cents went nowhere.
  const cents = Math.round((sign ?? 0) * 100);
  const way = cents === 0 ? '' : cents > 0 ? 'up' : 'down';
  return (
    <div className="card stat figure">
      <dt className="stat__label">{name}</dt>
      <dd className={`stat__value ${way}`} title={exact}>
        {way === 'up' && <UpIcon size={12} />}
        {way === 'down' && <DownIcon size={12} />}
        <span>
          {way === 'up' && '+'}
          {children}
        </span>
      </dd>
      {note !== undefined && <dd className="stat__note">{note}</dd>}
    </div>
  );
}

/** The figures of a portfolio at a glance. */
export function Figures({ earnings }: { earnings: Earnings }) {
  const { portfolioValue, totalReturn, totalReturnPercent, dailyPnl, winRate, trades, cash } =
    earnings;
  return (
    <dl className="figures">
      <Figure
        name="Portfolio value"
        exact={money(portfolioValue)}
        note={cash === null ? undefined : `${figure(cash)} in cash`}
      >
        {figure(portfolioValue)}
      </Figure>
      <Figure
        name="Total return"
        sign={totalReturn}
        exact={gain(totalReturn)}
        note={percent(totalReturnPercent)}
      >
        {figure(totalReturn)}
      </Figure>
      <Figure name="P&L today" sign={dailyPnl} exact={gain(dailyPnl)}>
        {figure(dailyPnl)}
      </Figure>
      <Figure name="Win rate" note={trades === null ? undefined : `${count(trades)} trades`}>
        {share(winRate)}
      </Figure>
    </dl>
  );
}
