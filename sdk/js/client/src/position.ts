/* SPDX-License-Identifier: MIT */
import type { Message } from './types';

/** A place in a channel's count. */
export interface Place {
  epoch: string;
  offset: number;
}

/** A message that says where it is. */
export type Placed = Message & Place;

/** What a message is to a client that has come so far. */
export type Verdict = 'fresh' | 'repeated' | 'gap';

export type Position = readonly [
  /** What to come back with; undefined: nothing was received for good yet. */
  place: () => Place | undefined,
  /** The host's word on where the client stands, whatever was before. */
  set: (place: Place) => void,
  /**
   * A subscribe was answered: the next `prev` may be as far as this. The answer to the first one is the
   * place to come back with, once what belongs to it has come.
   */
  cover: (place: Place, first: boolean) => void,
  /** Judges a message and moves on past it, unless there is a gap before it. */
  take: (message: Message) => Verdict,
];

export function createPosition(): Position {
  let place: Place | undefined;
  let joined: Place | undefined;
  // Where the host says that it has covered us. Messages that an interval holds back may be still
  // to come, so this is not a place to come back with.
  let covered = 0;

  function set({ epoch, offset }: Place): void {
    place = { epoch, offset };
    covered = offset;
    joined = undefined;
  }

  function cover(answer: Place, first: boolean): void {
    if (first) joined = answer;
    covered = answer.offset;
  }

  function take({ epoch, offset, prev, snapshot, replay }: Message): Verdict {
    if (joined && !replay) set(joined);
    if (!offset || !epoch || snapshot) return 'fresh';
    if (place?.epoch === epoch) {
      if (offset <= place.offset) return 'repeated';
      if (!replay && prev! > covered) return 'gap';
    }
    place = { epoch, offset };
    covered = Math.max(covered, offset);
    return 'fresh';
  }

  return [() => place, set, cover, take];
}
