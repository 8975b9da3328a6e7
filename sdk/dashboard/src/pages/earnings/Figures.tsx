/* SPDX-License-Identifier: MIT */
import type { ReactNode } from 'react';
import type { Earnings } from '../../data/earnings.ts';
import { count, gain, money, percent, share } from '../../ui/format.ts';
import { DownIcon, UpIcon } from '../../ui/icons.tsx';

interface FigureProps {
  name: string;
  /** Colours the value, and sets an arrow before it. */
  sign?: number | null;
  note?: ReactNode;
  children: ReactNode;
}

function Figure({ name, sign, note, children }: FigureProps) {
  const way = !sign ? '' : sign > 0 ? 'up' : 'down';
  return (
    <div className="card stat figure">
      <dt className="stat__label">{name}</dt>
      <dd className={`stat__value ${way}`}>
        {way === 'up' && <UpIcon size={12} />}
        {way === 'down' && <DownIcon size={12} />}
        {children}
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
      <Figure name="Portfolio value" note={cash === null ? undefined : `${money(cash)} in cash`}>
        {money(portfolioValue)}
      </Figure>
      <Figure name="Total return" sign={totalReturn} note={percent(totalReturnPercent)}>
        {gain(totalReturn)}
      </Figure>
      <Figure name="P&L today" sign={dailyPnl}>
        {gain(dailyPnl)}
      </Figure>
      <Figure name="Win rate" note={trades === null ? undefined : `${count(trades)} trades`}>
        {share(winRate)}
      </Figure>
    </dl>
  );
}
