/* SPDX-License-Identifier: MIT */
/** Acknowledgements wait so long for others to go with them, in milliseconds. */
export const DELAY = 250;

export type Acknowledger = readonly [
  /** Everything up to here was delivered. Many such notes make one message. */
  note: (offset: number, epoch: string | undefined) => void,
  /** Sends what is due; what can not be sent stays due. */
  flush: () => void,
];

export function createAcknowledger(send: (message: object) => boolean): Acknowledger {
  let due: object | null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (due && send(due)) due = null;
  }

  function note(offset: number, epoch: string | undefined): void {
    due = { action: 'ack', offset, epoch };
    timer ??= setTimeout(flush, DELAY);
  }

  return [note, flush];
}
