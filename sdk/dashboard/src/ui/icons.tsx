/* SPDX-License-Identifier: MIT */
import type { ReactNode } from 'react';

interface IconProps {
  /** Pixels; 16 by default. */
  size?: number;
}

function icon(shape: ReactNode, filled = false) {
  return function Icon({ size = 16 }: IconProps) {
    return (
      <svg
        className="icon"
        width={size}
        height={size}
        viewBox="0 0 16 16"
        fill={filled ? 'currentColor' : 'none'}
        stroke={filled ? 'none' : 'currentColor'}
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {shape}
      </svg>
    );
  };
}

export const MarketsIcon = icon(
  <path d="M4 2v2m0 7v3M12 2v3m0 6v3M2.5 4h3v7h-3zM10.5 5h3v6h-3z" />,
);
export const SignalsIcon = icon(<path d="M1.5 8.500h3l2-5.5 3.2 10 2-5.500h2.8" />);
export const EarningsIcon = icon(
  <path d="M2 13.500h12M2.5 10l3.5-3.5 2.5 2.500L13.5 4M10 3.500h3.500V7" />,
);
export const BellIcon = icon(
  <path d="M8 2a4 4 0 0 0-4 4c0 3.5-1.5 4.7-1.5 5.500h11c0-.8-1.5-2-1.5-5.500a4 4 0 0 0-4-4zM6.5 13.700a1.6 1.6 0 0 0 3 0" />,
);
export const AdminIcon = icon(
  <path d="M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01M8 5h3M8 11h3" />,
);
export const SettingsIcon = icon(
  <>
    <path d="M2 4.500h6.500M12.5 4.500H14M2 11.500h1.500M7.5 11.500H14" />
    <circle cx="10.5" cy="4.5" r="1.8" />
    <circle cx="5.5" cy="11.5" r="1.8" />
  </>,
);
export const SearchIcon = icon(
  <>
    <circle cx="7" cy="7" r="4.5" />
    <path d="M10.5 10.5 14 14" />
  </>,
);
export const CloseIcon = icon(<path d="m4 4 8 8M12 4l-8 8" />);
export const PlusIcon = icon(<path d="M8 3v10M3 8h10" />);
export const CheckIcon = icon(<path d="m3 8.5 3.5 3.500L13 4.5" />);
export const ChevronIcon = icon(<path d="m4 6 4 4 4-4" />);
export const SunIcon = icon(
  <>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.500v1.300M8 13.200v1.300M1.5 8h1.300M13.2 8h1.300M3.4 3.400l.9.9M11.7 11.700l.9.9M12.6 3.400l-.9.9M4.3 11.700l-.9.9" />
  </>,
);
export const MoonIcon = icon(<path d="M13.5 9.500A6 6 0 0 1 6.5 2.500a6 6 0 1 0 7 7z" />);
export const AutoIcon = icon(
  <>
    <circle cx="8" cy="8" r="5.5" />
    <path d="M8 2.500v11a5.5 5.5 0 0 0 0-11z" fill="currentColor" />
  </>,
);
export const KeyboardIcon = icon(
  <path d="M1.5 4h13v8.500h-13zM4 6.500h.01M6.7 6.500h.01M9.3 6.500h.01M12 6.500h.01M4.5 10h7" />,
);
export const PinIcon = icon(<path d="M5.5 2h5l-.7 4.200L12 8.500H4l2.2-2.300zM8 8.500V14" />);
export const PinnedIcon = icon(
  <path d="M5 1.500h6l-.8 4.500L13 8.300v1H8.700V14l-.7 1-.7-1V9.300H3v-1L5.8 6z" />,
  true,
);
export const UpIcon = icon(<path d="M8 3.5 13 12H3z" />, true);
export const DownIcon = icon(<path d="M8 12.5 3 4h10z" />, true);
export const FlatIcon = icon(<path d="M3 7h10v2H3z" />, true);
export const InfoIcon = icon(
  <>
    <circle cx="8" cy="8" r="6" />
    <path d="M8 7.500V11M8 5h.01" />
  </>,
);
export const SuccessIcon = icon(
  <>
    <circle cx="8" cy="8" r="6" />
    <path d="m5.5 8.2 1.8 1.8 3.2-3.7" />
  </>,
);
export const WarningIcon = icon(<path d="M8 2.5 14.5 13.500h-13zM8 6.500V9.500M8 11.500h.01" />);
export const ErrorIcon = icon(
  <>
    <circle cx="8" cy="8" r="6" />
    <path d="M8 4.800v3.700M8 11h.01" />
  </>,
);
export const RetryIcon = icon(<path d="M13.5 8A5.5 5.5 0 1 1 11.5 3.800M13.5 2v3h-3" />);
