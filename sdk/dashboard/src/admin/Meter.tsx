/* SPDX-License-Identifier: MIT */

/** How much of a limit is used. Nothing when there is no limit. */
export function Meter({ label, value, limit }: { label: string; value: number; limit: number }) {
  if (limit <= 0) return null;
  const share = Math.min(1, value / limit);
  const level = share >= 0.9 ? 'high' : share >= 0.5 ? 'middle' : 'low';
  const percent = Math.round(share * 100);
  return (
    <span
      className="admin-meter"
      role="meter"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={`${percent} %`}
      data-level={level}
    >
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}
