/* SPDX-License-Identifier: MIT */
import { useId, useState, type FormEvent } from 'react';
import { parseSymbols } from '../../data/watchlist.ts';
import { PlusIcon } from '../../ui/icons.tsx';

/** A field that takes symbols, separated by blanks or commas. */
export function AddSymbols({ onAdd }: { onAdd(symbols: readonly string[]): void }) {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<readonly string[]>([]);
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = parseSymbols(text);
    setWrong(found.wrong);
    if (found.symbols.length === 0) return;
    onAdd(found.symbols);
    setText(found.wrong.join(' '));
  };
  return (
    <form className="add toolbar" onSubmit={submit}>
      <input
        className="input add__field"
        aria-label="Add symbols to the watchlist"
        aria-invalid={wrong.length > 0}
        aria-describedby={wrong.length > 0 ? id : undefined}
        placeholder="Add symbol"
        title="Add symbols (/)"
        autoCapitalize="characters"
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="done"
        data-search
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setWrong([]);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <button type="submit" className="button button--icon" title="Add">
        <PlusIcon />
        <span className="visually-hidden">Add</span>
      </button>
      {wrong.length > 0 && (
        <p id={id} className="add__wrong" role="alert">
          Not a symbol: {wrong.join(' ')}
        </p>
      )}
    </form>
  );
}
