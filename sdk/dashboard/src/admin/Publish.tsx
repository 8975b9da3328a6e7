/* SPDX-License-Identifier: MIT */
import { useId, useState, type FormEvent, type KeyboardEvent } from 'react';
import { Card } from '../ui/Card.tsx';
import { ChannelSelect } from './ChannelSelect.tsx';
import { useAdmin } from './context.ts';
import { jsonProblem, type JsonProblem } from './json-problem.ts';
import { PublishResult } from './PublishResult.tsx';
import { templateOf } from './templates.ts';
import { usePublish } from './use-publish.ts';

const DEFAULT = 'trade-signals';

/** A form that publishes on any channel. */
export function Publish({ channel: first }: { channel: string | null }) {
  const { drafts } = useAdmin();
  const [channel, setChannel] = useState(first ?? DEFAULT);
  const [text, setText] = useState(() => drafts.get(channel) ?? templateOf(channel));
  const { outcome, busy, publish, forget } = usePublish();
  const problem = jsonProblem(text);

  const edit = (next: string) => {
    drafts.set(channel, next);
    setText(next);
  };
  const choose = (next: string) => {
    setChannel(next);
    setText(drafts.get(next) ?? templateOf(next));
    forget();
  };
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!problem && !busy) void publish(channel, text);
  };

  return (
    <Card title="Publish">
      <form className="admin-publish" aria-label="Publish" onSubmit={submit}>
        <div className="toolbar">
          <ChannelSelect label="Channel" value={channel} onChange={choose} />
          <button type="button" className="button" onClick={() => edit(templateOf(channel))}>
            Template
          </button>
          <button
            type="button"
            className="button"
            disabled={problem !== null}
            onClick={() => edit(JSON.stringify(JSON.parse(text), null, 2))}
          >
            Format
          </button>
        </div>
        <Editor text={text} problem={problem} onEdit={edit} onSubmit={submit} />
        <div className="toolbar">
          <button
            type="submit"
            className="button button--primary"
            disabled={busy || problem !== null}
          >
            {busy ? 'Publishing…' : 'Publish'}
          </button>
          <span className="muted">
            or <kbd>Ctrl</kbd> <kbd>Enter</kbd> in the text
          </span>
        </div>
        <PublishResult outcome={outcome} />
      </form>
    </Card>
  );
}

interface EditorProps {
  text: string;
  problem: JsonProblem | null;
  onEdit(text: string): void;
  onSubmit(): void;
}

/** The text of an update, and where it is wrong. */
function Editor({ text, problem, onEdit, onSubmit }: EditorProps) {
  const editor = useId();
  const said = useId();

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    onSubmit();
  };
  return (
    <>
      <label htmlFor={editor}>Update, as JSON</label>
      <textarea
        id={editor}
        className="input admin-publish__editor"
        rows={14}
        spellCheck={false}
        aria-invalid={problem !== null}
        aria-describedby={said}
        value={text}
        onChange={(event) => onEdit(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <p id={said} className={problem ? 'admin-error' : 'muted'} aria-live="polite">
        {problem
          ? `Line ${problem.line}, column ${problem.column}: ${problem.message}`
          : 'Valid JSON'}
      </p>
    </>
  );
}
