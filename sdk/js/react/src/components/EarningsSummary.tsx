/* SPDX-License-Identifier: MIT */
import { useEarningsWebSocket } from '../hooks/useWebSocket';
import { gain, isNumber, money, percent, time, type Locale } from './format';
import { Panel, type PanelProps } from './Panel';
import { transport, type TransportProps } from './transport';

export interface EarningsSummaryProps extends PanelProps, Locale, TransportProps {
  userId?: string;
}

function Figure({ label, value, sign }: { label: string; value: string; sign?: unknown }) {
  const trend = isNumber(sign) && sign !== 0 ? (sign > 0 ? 'up' : 'down') : null;
  return (
    <div className="sentio-figure">
      <dt>{label}</dt>
      <dd className={trend ? `sentio-${trend}` : undefined}>
        {trend && <span aria-hidden="true">{trend === 'up' ? '▲ ' : '▼ '}</span>}
        {value}
      </dd>
    </div>
  );
}

/** A user's portfolio value, total return, daily profit or loss and win rate. */
export function EarningsSummary(props: EarningsSummaryProps) {
  const { userId, title = 'Earnings', className } = props;
  const { earnings, ...connection } = useEarningsWebSocket(userId, transport(props));
  return (
    <Panel
      name="earnings"
      title={title}
      className={className}
      connection={connection}
      empty={!earnings}
      nothing="No earnings yet."
    >
      <dl className="sentio-figures">
        <Figure label="Portfolio value" value={money(earnings?.portfolio_value, props)} />
        <Figure
          label="Total return"
          value={gain(earnings?.total_return, props)}
          sign={earnings?.total_return}
        />
        <Figure
          label="Daily P&L"
          value={gain(earnings?.daily_pnl, props)}
          sign={earnings?.daily_pnl}
        />
        <Figure label="Win rate" value={percent(earnings?.win_rate, props, 1)} />
      </dl>
      {connection.lastUpdate !== null && (
        <p className="sentio-muted sentio-updated">Updated {time(connection.lastUpdate, props)}</p>
      )}
    </Panel>
  );
}
