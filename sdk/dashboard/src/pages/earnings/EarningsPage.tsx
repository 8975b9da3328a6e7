/* SPDX-License-Identifier: MIT */
import { useAge } from '../../data/clock.ts';
import type { Earnings, EarningsView } from '../../data/earnings.ts';
import { isFields } from '../../data/record.ts';
import { useValue } from '../../data/value.ts';
import { useSession } from '../../session/context.ts';
import { Card } from '../../ui/Card.tsx';
import { label } from '../../ui/format.ts';
import { EarningsIcon } from '../../ui/icons.tsx';
import { later } from '../../ui/later.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { NothingYet } from '../NothingYet.tsx';
import { Figures } from './Figures.tsx';
import { Positions } from './Positions.tsx';

const EquityChart = later(
  () => import('../../charts/EquityChart.tsx'),
  'the chart',
  'chart-panel__wait',
);

function Updated({ at }: { at: number }) {
  const age = useAge(at);
  return <>{age === 'now' ? 'updated now' : `updated ${age} ago`}</>;
}

/** What the portfolio was worth before it earned anything. */
function baseOf({ portfolioValue, totalReturn }: Earnings): number | null {
  return portfolioValue === null || totalReturn === null ? null : portfolioValue - totalReturn;
}

function Extra({ fields }: { fields: Earnings['extra'] }) {
  const rows = Object.entries(fields).filter(([, value]) => !isFields(value));
  if (rows.length === 0) return null;
  return (
    <Card title="More">
      <dl className="details__fields">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{label(name)}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Portfolio({ earnings, equity }: EarningsView & { earnings: Earnings }) {
  return (
    <>
      <Figures earnings={earnings} />
      <div className="portfolio">
        <Card title="Equity" flush>
          <div className="portfolio__chart">
            <EquityChart points={equity} base={baseOf(earnings)} />
          </div>
          <p className="credit muted">
            Charts by{' '}
            <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
              TradingView Lightweight Charts™
            </a>
          </p>
        </Card>
        <Card title="Positions" flush>
          <Positions positions={earnings.positions} />
        </Card>
      </div>
      <Extra fields={earnings.extra} />
    </>
  );
}

function Nothing({ userId }: { userId: string }) {
  const example = {
    user_id: userId,
    data: { portfolio_value: 100000, total_return: 5000, daily_pnl: 250, win_rate: 0.65 },
  };
  return (
    <Card flush>
      <NothingYet
        channel="earnings"
        icon={<EarningsIcon size={20} />}
        title={`Nothing is known of ${userId} yet`}
        example={example}
      >
        Choose another user in the settings, or publish something:
      </NothingYet>
    </Card>
  );
}

/** The portfolio of the user. */
export function EarningsPage() {
  const session = useSession();
  const { userId } = useValue(session.settings);
  const { earnings, equity } = useValue(session.earnings);
  return (
    <>
      <PageHeader title="Earnings" note={earnings && <Updated at={earnings.at} />} />
      {earnings ? <Portfolio {...{ earnings, equity }} /> : <Nothing userId={userId} />}
    </>
  );
}
