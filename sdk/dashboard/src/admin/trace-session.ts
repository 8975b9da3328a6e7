/* SPDX-License-Identifier: MIT */
import { ApiError, type HostApi } from './api.ts';
import { readEvents } from './events.ts';
import type { TraceEvent, TraceTarget } from './types.ts';

/** Lines that are kept; older ones are forgotten. */
export const TRACE_LINES = 500;
/** Milliseconds between two renders, however many lines come. */
const RENDER_EVERY = 250;
/** Milliseconds until a trace that broke off is begun again. */
const RETRY_AFTER = 2000;

export interface TraceLine extends TraceEvent {
  /** Numbers the lines of a session, from 1. */
  readonly id: number;
}

export interface TraceView {
  readonly phase: 'idle' | 'connecting' | 'live';
  readonly target: TraceTarget | null;
  readonly paused: boolean;
  /** Oldest first, at most TRACE_LINES. While paused: those of that moment. */
  readonly lines: readonly TraceLine[];
  /** Lines that have come since the pause. */
  readonly waiting: number;
  /** Events that the host left out because this reader was too slow. */
  readonly missed: number;
  /** Why it is not live, or why it stopped. */
  readonly error: string | null;
}

const EMPTY: TraceView = {
  phase: 'idle',
  target: null,
  paused: false,
  lines: [],
  waiting: 0,
  missed: 0,
  error: null,
};

/** One live trace. It goes on while another section of the page is looked at. */
export class TraceSession {
  #view = EMPTY;
  #kept: TraceLine[] = [];
  #count = 0;
  #missed = 0;
  #pausedAt = 0;
  #controller: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #api: HostApi;
  readonly #refused: (error: ApiError) => void;

  constructor(api: HostApi, refused: (error: ApiError) => void = () => {}) {
    this.#api = api;
    this.#refused = refused;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly view = (): TraceView => this.#view;

  /** Begins a trace in place of the one that may be running. */
  start(target: TraceTarget): void {
    this.stop();
    this.clear();
    this.#change({ target, paused: false, error: null });
    void this.#run(target);
  }

  /** Ends the trace; its lines stay. */
  stop(): void {
    this.#controller?.abort();
    this.#controller = null;
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
    this.#render({ phase: 'idle', error: null });
  }

  /** Holds the lines on the screen; new ones are kept meanwhile, within the same bound. */
  pause(): void {
    this.#pausedAt = this.#count;
    this.#render({});
    this.#change({ paused: true });
  }

  resume(): void {
    this.#change({ paused: false });
    this.#render({});
  }

  clear(): void {
    this.#kept = [];
    this.#missed = 0;
    this.#pausedAt = this.#count;
    this.#change({ lines: [], waiting: 0, missed: 0 });
  }

  async #run(target: TraceTarget): Promise<void> {
    const controller = new AbortController();
    this.#controller = controller;
    this.#change({ phase: 'connecting' });
    let error = 'the host has ended the trace';
    let final = false;
    try {
      const body = await this.#api.trace(target, controller.signal);
      if (controller.signal.aborted) return;
      this.#change({ phase: 'live', error: null });
      await readEvents(body, ({ event, data }) => {
        // What was already on its way when the trace was stopped or another begun.
        if (!controller.signal.aborted && event === 'trace') this.#take(data);
      });
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause);
      final = cause instanceof ApiError && cause.status >= 400;
      if (cause instanceof ApiError && cause.refused) this.#refused(cause);
    }
    if (!controller.signal.aborted) this.#ended(target, error, final);
  }

  #ended(target: TraceTarget, error: string, final: boolean): void {
    this.#controller = null;
    this.#render({ phase: final ? 'idle' : 'connecting', error });
    if (!final) this.#retry = setTimeout(() => void this.#run(target), RETRY_AFTER);
  }

  #take(data: string): void {
    const event = parse(data);
    if (event === null) return;
    if (event.kind === 'missed') this.#missed += event.count ?? 0;
    if (!this.#merge(event)) this.#kept.push({ ...event, id: ++this.#count });
    // Trimmed now and then, not at each line: a splice moves them all.
    if (this.#kept.length >= 2 * TRACE_LINES) this.#kept = this.#kept.slice(-TRACE_LINES);
    this.#timer ??= setTimeout(() => this.#render({}), RENDER_EVERY);
  }

  /** A reader that is too slow for long would else get as many lines of what it missed. */
  #merge(event: TraceEvent): boolean {
    const last = this.#kept.at(-1);
    if (event.kind !== 'missed' || last?.kind !== 'missed') return false;
    const count = (last.count ?? 0) + (event.count ?? 0);
    this.#kept[this.#kept.length - 1] = { ...last, count };
    return true;
  }

  #render(change: Partial<TraceView>): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const shown = this.#view.paused
      ? { waiting: this.#count - this.#pausedAt }
      : { waiting: 0, lines: this.#kept.slice(-TRACE_LINES) };
    this.#change({ ...shown, missed: this.#missed, ...change });
  }

  #change(change: Partial<TraceView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function parse(data: string): TraceEvent | null {
  try {
    const event = JSON.parse(data) as TraceEvent | null;
    return typeof event?.kind === 'string' ? event : null;
  } catch {
    return null;
  }
}
