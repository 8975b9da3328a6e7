/* SPDX-License-Identifier: MIT */

const DELAY = 250;

export interface Acknowledger {
  /** Everything up to here was delivered. Many such notes make one message. */
  note(place: { epoch: string | undefined; offset: number }): void;
  /** Sends what is due; what can not be sent stays due. */
  flush(): void;
}

export function createAcknowledger(send: (message: object) => boolean): Acknowledger {
  let due: Parameters<Acknowledger['note']>[0] | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (due && send({ action: 'ack', ...due })) due = null;
  }

  return {
    note({ epoch, offset }) {
      due = { epoch, offset };
      timer ??= setTimeout(flush, DELAY);
    },
    flush,
  };
}
