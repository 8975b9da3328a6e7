/* SPDX-License-Identifier: MIT */
import { useValue } from '../data/value.ts';
import { useSession } from '../session/context.ts';
import type { Theme } from '../settings/settings.ts';
import { nextTheme } from '../settings/theme.ts';
import { ConnectionStatus } from './ConnectionStatus.tsx';
import { AutoIcon, KeyboardIcon, MoonIcon, SettingsIcon, SunIcon } from '../ui/icons.tsx';

const THEME_ICONS: Readonly<Record<Theme, typeof SunIcon>> = {
  auto: AutoIcon,
  light: SunIcon,
  dark: MoonIcon,
};

function ThemeButton() {
  const { settings } = useSession();
  const { theme } = useValue(settings);
  const Icon = THEME_ICONS[theme];
  const next = nextTheme(theme);
  return (
    <button
      type="button"
      className="button button--quiet button--icon"
      title={`Theme: ${theme}. Change to ${next}`}
      onClick={() => settings.update((kept) => ({ ...kept, theme: next }))}
    >
      <Icon />
      <span className="visually-hidden">
        Theme: {theme}. Change to {next}
      </span>
    </button>
  );
}

interface TopBarProps {
  onSettings(): void;
  onShortcuts(): void;
}

/** Above the page: the state of the connection, whose data these are, and the page's settings. */
export function TopBar({ onSettings, onShortcuts }: TopBarProps) {
  const { settings } = useSession();
  const { userId } = useValue(settings);
  return (
    <header className="topbar">
      <ConnectionStatus />
      <div className="topbar__end">
        <button type="button" className="topbar__user" onClick={onSettings}>
          <span className="visually-hidden">User: </span>
          {userId}
        </button>
        <button
          type="button"
          className="button button--quiet button--icon topbar__keys"
          title="Keyboard shortcuts (?)"
          onClick={onShortcuts}
        >
          <KeyboardIcon />
          <span className="visually-hidden">Keyboard shortcuts</span>
        </button>
        <ThemeButton />
        <button
          type="button"
          className="button button--quiet button--icon"
          title="Settings"
          onClick={onSettings}
        >
          <SettingsIcon />
          <span className="visually-hidden">Settings</span>
        </button>
      </div>
    </header>
  );
}
