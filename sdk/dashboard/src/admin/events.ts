/* SPDX-License-Identifier: MIT */

/** One Server-Sent Event. */
export interface ServerEvent {
  event: string;
  data: string;
}

/**
 * Reads a stream of Server-Sent Events (WHATWG HTML, 9.2.6). The text may arrive in pieces that
 * end anywhere; lines end with LF, CR LF or CR.
 */
export class EventParser {
  #line = '';
  #data: string[] = [];
  #event = '';
  #afterReturn = false;
  #first = true;
  readonly #emit: (event: ServerEvent) => void;

  constructor(emit: (event: ServerEvent) => void) {
    this.#emit = emit;
  }

  feed(piece: string): void {
    let text = piece;
    if (this.#first && text) {
      this.#first = false;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    // The CR of a CR LF was the end of the last piece and has ended its line.
    if (this.#afterReturn && text) {
      this.#afterReturn = false;
      if (text.startsWith('\n')) text = text.slice(1);
    }
    this.#afterReturn ||= text.endsWith('\r');
    const lines = (this.#line + text).split(/\r\n|\n|\r/);
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const rest = colon < 0 ? '' : line.slice(colon + 1);
    const value = rest.startsWith(' ') ? rest.slice(1) : rest;
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#event = value;
  }

  #dispatch(): void {
    const event = { event: this.#event || 'message', data: this.#data.join('\n') };
    const any = this.#data.length > 0;
    this.#event = '';
    this.#data = [];
    if (any) this.#emit(event);
  }
}

/** Feeds a body to `emit` until it ends; rejects when the connection breaks. */
export async function readEvents(
  body: ReadableStream<Uint8Array>,
  emit: (event: ServerEvent) => void,
): Promise<void> {
  const parser = new EventParser(emit);
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.feed(decoder.decode(value, { stream: true }));
  }
}
