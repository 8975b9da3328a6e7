/* SPDX-License-Identifier: MIT */
import type { Message } from './types';

/** A place in a channel's count. */
export interface Place {
  epoch: string;
  offset: number;
}

/** What a message is to a client that has come so far. */
export type Verdict = 'fresh' | 'repeated' | 'gap';

export interface Position {
  /** What to come back with; null: nothing was received for good yet. */
  place(): Place | null;
  /** The host's word on where the client stands, whatever was before. */
  set(place: Place): void;
  /** A first subscribe was answered; the place counts once what belongs to it has come. */
  join(place: Place): void;
  /** Another subscribe was answered: the next `prev` may be as far as this. */
  cover(offset: number): void;
  /** Judges a message and moves on past it, unless there is a gap before it. */
  take(message: Message): Verdict;
}

/**
 * @param history Subscribes ask for the last items. Such replays are old, and a snapshot follows them:
 *   they say nothing of how far the client has come.
 */
export function createPosition(history: boolean): Position {
  let place: Place | null = null;
  let joined: Place | null = null;
  // Where the host says that it has covered us. Messages that an interval holds back may be still
  // to come, so this is not a place to come back with.
  let covered = 0;
  let recalling = false;

  const set = (next: Place): void => {
    place = { epoch: next.epoch, offset: next.offset };
    covered = next.offset;
    joined = null;
  };

  function take({ epoch, offset, prev, snapshot, replay }: Message): Verdict {
    if (!replay) {
      if (joined) set(joined);
      recalling = false;
    }
    if (offset === undefined || epoch === undefined || snapshot || recalling) return 'fresh';
    if (place?.epoch === epoch) {
      if (offset <= place.offset) return 'repeated';
      if (!replay && prev !== undefined && prev > covered) return 'gap';
    }
    place = { epoch, offset };
    covered = Math.max(covered, offset);
    return 'fresh';
  }

  return {
    place: () => place,
    set,
    join(next) {
      joined = next;
      covered = next.offset;
      recalling = history;
    },
    cover(offset) {
      covered = Math.max(covered, offset);
      recalling = history;
    },
    take,
  };
}
