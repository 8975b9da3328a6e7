/* SPDX-License-Identifier: MIT */
import { useTradeSignalsWebSocket } from '../hooks/useWebSocket';
import type { TradeSignal } from '../types';
import { isNumber, percent, time, words, type Locale } from './format';
import { Panel, type PanelProps } from './Panel';
import { transport, type TransportProps } from './transport';

export interface TradeSignalsProps extends PanelProps, Locale, TransportProps {
  /** Which to show, in this order; without any: all. */
  symbols?: readonly string[];
  userId?: string;
}

const ARROWS: Record<string, string> = { buy: '▲', sell: '▼', hold: '■' };

function Row({ signal, locale }: { signal: TradeSignal; locale: Locale }) {
  const { symbol, signal: action, confidence, timestamp } = signal;
  return (
    <tr data-symbol={symbol}>
      <th scope="row">{symbol}</th>
      <td>
        <span className={`sentio-signal sentio-signal--${action}`}>
          <span aria-hidden="true">{ARROWS[action] ?? '•'}</span> {words(action)}
        </span>
      </td>
      <td className="sentio-number">
        <span className="sentio-confidence">
          <span className="sentio-confidence__bar" aria-hidden="true">
            <span style={{ width: `${isNumber(confidence) ? confidence * 100 : 0}%` }} />
          </span>
          {percent(confidence, locale)}
        </span>
      </td>
      <td className="sentio-number sentio-muted">{time(timestamp, locale)}</td>
    </tr>
  );
}

/** The latest trade signal of each symbol. */
export function TradeSignals(props: TradeSignalsProps) {
  const { symbols, userId, title = 'Trade Signals', className, locale } = props;
  const { signals, ...connection } = useTradeSignalsWebSocket(symbols, userId, transport(props));
  return (
    <Panel
      name="trade-signals"
      title={title}
      className={className}
      connection={connection}
      empty={!signals.length}
      nothing="No signals yet."
    >
      <div className="sentio-scroll">
        <table className="sentio-table">
          <thead>
            <tr>
              <th scope="col">Symbol</th>
              <th scope="col">Signal</th>
              <th scope="col" className="sentio-number">
                Confidence
              </th>
              <th scope="col" className="sentio-number">
                Updated
              </th>
            </tr>
          </thead>
          <tbody>
            {signals.map((signal) => (
              <Row key={signal.symbol} signal={signal} locale={{ locale }} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
