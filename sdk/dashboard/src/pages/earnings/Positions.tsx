/* SPDX-License-Identifier: MIT */
import type { Position } from '../../data/earnings.ts';
import { count, gain, money, price } from '../../ui/format.ts';
import { moveBetweenRows } from '../../ui/rowKeys.ts';

function value({ quantity, price }: Position): number | null {
  return quantity === null || price === null ? null : quantity * price;
}

function PositionRow({ position, first }: { position: Position; first: boolean }) {
  const { symbol, quantity, averagePrice, price: last, gain: earned } = position;
  const way = !earned ? '' : earned > 0 ? 'up' : 'down';
  return (
    <tr data-symbol={symbol} tabIndex={first ? 0 : -1}>
      <th scope="row" className="symbol" title={symbol}>
        {symbol}
      </th>
      <td className="number">{count(quantity)}</td>
      <td className="number wide">{price(averagePrice)}</td>
      <td className="number">{price(last)}</td>
      <td className="number wide">{money(value(position))}</td>
      <td className={`number ${way}`}>{gain(earned)}</td>
    </tr>
  );
}

/** What is held. */
export function Positions({ positions }: { positions: readonly Position[] }) {
  if (positions.length === 0) return <p className="more muted">No open positions.</p>;
  return (
    <div className="table-scroll">
      <table className="table positions" onKeyDown={moveBetweenRows}>
        <caption className="visually-hidden">Open positions</caption>
        <thead>
          <tr>
            <th scope="col">Symbol</th>
            <th scope="col" className="number">
              Quantity
            </th>
            <th scope="col" className="number wide">
              Avg. price
            </th>
            <th scope="col" className="number">
              Price
            </th>
            <th scope="col" className="number wide">
              Value
            </th>
            <th scope="col" className="number">
              Unrealised
            </th>
          </tr>
        </thead>
        <tbody>
          {positions.map((position, i) => (
            <PositionRow key={position.symbol} position={position} first={i === 0} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
