/* SPDX-License-Identifier: MIT */
/** What a shortcut does, by its keys: "?", "/", or two in a row, "g m". */
export type Bindings = Readonly<Record<string, () => void>>;

/** Milliseconds in which the second key of two must come. */
export const SEQUENCE_MS = 1000;

interface Stroke {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly timeStamp: number;
}

/** Whether keys pressed there write text, or choose. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** Recognises shortcuts, of one key or of two in a row. */
export class Shortcuts {
  readonly #bindings: Bindings;
  #first: { key: string; at: number } | null = null;

  constructor(bindings: Bindings) {
    this.#bindings = bindings;
  }

  /** True when the key was one: then it has been done, or begins one of two keys. */
  press(stroke: Stroke): boolean {
    if (stroke.ctrlKey || stroke.metaKey || stroke.altKey) return false;
    const first = this.#first;
    this.#first = null;
    if (first && stroke.timeStamp - first.at <= SEQUENCE_MS) {
      if (this.#run(`${first.key} ${stroke.key}`)) return true;
    }
    if (this.#run(stroke.key)) return true;
    if (!Object.keys(this.#bindings).some((keys) => keys.startsWith(`${stroke.key} `)))
      return false;
    this.#first = { key: stroke.key, at: stroke.timeStamp };
    return true;
  }

  #run(keys: string): boolean {
    const action = Object.hasOwn(this.#bindings, keys) ? this.#bindings[keys] : undefined;
    action?.();
    return action !== undefined;
  }
}
