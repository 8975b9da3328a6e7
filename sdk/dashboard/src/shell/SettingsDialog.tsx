/* SPDX-License-Identifier: MIT */
import { useId, type FormEvent, type ReactNode } from 'react';
import { useValue } from '../data/value.ts';
import { useSession } from '../session/context.ts';
import type { Session } from '../session/session.ts';
import {
  INTERVALS,
  parseSettings,
  STALE_MAX,
  STALE_MIN,
  THEMES,
  type Theme,
} from '../settings/settings.ts';
import { Dialog } from '../ui/Dialog.tsx';

interface FieldProps {
  label: string;
  help?: string;
  children(id: string): ReactNode;
}

function Field({ label, help, children }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {help !== undefined && <p className="field__help">{help}</p>}
    </div>
  );
}

const THEME_NAMES: Readonly<Record<Theme, string>> = {
  auto: 'As the system',
  light: 'Light',
  dark: 'Dark',
};

function save(session: Session, form: FormData): void {
  const text = (name: string): string => String(form.get(name) ?? '').trim();
  session.token.set(text('token'));
  session.settings.set(
    parseSettings({
      userId: text('userId'),
      interval: text('interval'),
      theme: text('theme'),
      staleAfter: Number(text('staleAfter')),
      toasts: form.has('toasts'),
    }),
  );
}

function SettingsForm({ id, onSave }: { id: string; onSave(form: FormData): void }) {
  const session = useSession();
  const settings = useValue(session.settings);
  const token = useValue(session.token);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSave(new FormData(event.currentTarget));
  };
  return (
    <form id={id} className="settings" onSubmit={submit}>
      <Field label="User id" help="Whose earnings and notifications are shown.">
        {(field) => (
          <input
            id={field}
            className="input"
            name="userId"
            defaultValue={settings.userId}
            autoComplete="username"
            spellCheck={false}
            required
          />
        )}
      </Field>
      <Field label="Token" help="Where the host asks for one. Forgotten when the tab is closed.">
        {(field) => (
          <input
            id={field}
            className="input"
            name="token"
            type="password"
            defaultValue={token}
            autoComplete="off"
          />
        )}
      </Field>
      <Field label="Quotes" help="At most one message in this time, the latest of each symbol.">
        {(field) => (
          <select id={field} className="select" name="interval" defaultValue={settings.interval}>
            {INTERVALS.map((interval) => (
              <option key={interval} value={interval}>
                {interval === '0s' ? 'each one, at once' : `every ${interval}`}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Stale after" help="Seconds without an update, after which a price is dimmed.">
        {(field) => (
          <input
            id={field}
            className="input"
            name="staleAfter"
            type="number"
            min={STALE_MIN}
            max={STALE_MAX}
            defaultValue={settings.staleAfter}
            required
          />
        )}
      </Field>
      <Field label="Theme">
        {(field) => (
          <select id={field} className="select" name="theme" defaultValue={settings.theme}>
            {THEMES.map((theme) => (
              <option key={theme} value={theme}>
                {THEME_NAMES[theme]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <label className="settings__check">
        <input name="toasts" type="checkbox" defaultChecked={settings.toasts} />
        Show notifications as they arrive
      </label>
    </form>
  );
}

/** Whose data, how often, how it looks. Takes effect on "Save". */
export function SettingsDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const session = useSession();
  const form = useId();
  const keep = (data: FormData) => {
    save(session, data);
    onClose();
  };
  return (
    <Dialog
      open={open}
      title="Settings"
      onClose={onClose}
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" form={form} className="button button--primary">
            Save
          </button>
        </>
      }
    >
      <SettingsForm id={form} onSave={keep} />
    </Dialog>
  );
}
