/* SPDX-License-Identifier: MIT */
import { idOf, type Known } from './known';
import type { Plan } from './plan';
import { createSocket } from './socket';
import { received } from './status';
import { ALL, minus, type Topics } from './topics';
import type { Message, Status, Tell } from './types';

/** A place in a channel's count. */
interface Place {
  epoch: string;
  offset: number;
}

/** A message that says where it is. */
type Placed = Message & Place;

/** The id of what is asked for here: no other than a user would take. */
const ID = '~sentio';

/** Acknowledgements wait so long for others to go with them, in milliseconds. */
const DELAY = 250;

export type Session = readonly [
  open: () => void,
  send: (message: object) => boolean,
  /** Makes what is subscribed what is wanted. */
  adjust: () => void,
  /** Takes what REST has answered for these topics. */
  catchUp: (messages: Message[], topics: Topics) => void,
  /** Acknowledges everything up to this offset, in a moment. */
  ack: (offset: number) => void,
  close: () => void,
];

/**
 * A socket, and what is said over it: subscribes and their answers, recovery, gaps and duplicates.
 *
 * @param wanted The topics that there should be.
 */
export function createSession(
  plan: Plan,
  status: () => Status,
  set: (change: Partial<Status>) => void,
  tell: Tell,
  [add, , , clear]: Known,
  wanted: () => Topics,
): Session {
  const { ack, history, userId } = plan;
  const [open, live, send, lost, drop] = createSocket(plan, status, set, tell, onToken, onMessage);
  let current: Topics = new Set();
  /** What to come back with; undefined: nothing was received for good yet. */
  let place: Place | undefined;
  /** The answer to the first join: the place, once what belongs to it has come. */
  let joined: Place | undefined;
  /**
   * Up to where the next `prev` may be. Messages that an interval holds back may be still to come, so
   * this is no place to come back with.
   */
  let covered = 0;
  /** Until the host has said all that belongs to a join; `told`: that something was missed. */
  let joining: 'first' | 'since' | 'told' | undefined;
  /** The acknowledgement that is to be sent; what can not be sent stays due. */
  let due: object | null = null;

  function flush(): void {
    if (due && send(due)) due = null;
  }

  /** Everything up to here was delivered. Many such notes make one message. */
  function note(offset: number, epoch: string | undefined): void {
    if (!due) setTimeout(flush, DELAY);
    due = { action: 'ack', offset, epoch };
  }

  function ask(symbols: Iterable<string>, token?: string, members?: object): void {
    const key = plan.channel === 'admin' ? 'admin_token' : 'token';
    send({ action: 'subscribe', id: ID, ...members, symbols: [...symbols], [key]: token });
  }

  /** Subscribes: at first to everything that is wanted, later with the place to go on from. */
  function join(token?: string): void {
    joining = place ? 'since' : 'first';
    // What is wanted beside what there was has no place yet: it is asked for afterwards.
    if (!place) current = wanted();
    ask(current, token, {
      user_id: userId,
      min_confidence: plan.minConfidence,
      signals: plan.signals,
      interval: plan.interval,
      history,
      ack,
      consumer: plan.consumer,
      presence: plan.presence,
      ...plan.subscribe,
      since: place,
    });
  }

  function onToken(token: string | undefined): void {
    if (status().isConnected) ask(current, token, { user_id: userId });
    else join(token);
  }

  function adjust(): void {
    if (joining) return;
    const before = current;
    current = wanted();
    const added = minus(current, before);
    const symbols = minus(before, current);
    // From all, single ones can not be taken: it is left, and joined again without a gap.
    if (symbols.includes(ALL)) {
      send({ action: 'unsubscribe' });
      join();
    } else {
      if (added.length) ask(added);
      if (symbols.length) send({ action: 'unsubscribe', symbols });
    }
  }

  /** The host's word on where we stand, whatever was before. */
  function settle({ epoch, offset }: Place): void {
    place = { epoch, offset };
    covered = offset;
    joined = undefined;
  }

  function gap(missed: boolean): void {
    if (missed) clear();
    tell('onGap', { missed });
  }

  function deliver(message: Message): void {
    if (ack && message.offset) note(message.offset, message.epoch);
    if (!message.data || add(message)) tell('onMessage', message);
  }

  function onOk(message: Placed): void {
    if (joining !== 'since') covered = message.offset;
    if (joining === 'first') {
      joined = message;
      joining = undefined;
    }
    if (!status().isConnected) {
      live();
      flush();
    }
    adjust();
  }

  function onRecovered(message: Placed): void {
    settle(message);
    if (!message.recovered && joining !== 'told') gap(true);
    joining = undefined;
    adjust();
  }

  function onRefusal({ message, code, id }: Message): void {
    tell('onError', Object.assign(new Error(message), { code: code as string }));
    if (id === ID && joining) lost(null, message!);
  }

  function onItems(message: Message): void {
    const { epoch, offset, prev, snapshot, replay } = message;
    if (joining === 'since' && !replay) {
      // After a gap: it will come again as a replay.
      if (!snapshot) return;
      joining = 'told';
      gap(true);
    }
    // History that was asked for is old, and says nothing of how far we have come.
    if (history && replay && !joining) return deliver(message);
    if (joined && !replay) settle(joined);
    if (offset && epoch && !snapshot) {
      if (place?.epoch === epoch) {
        if (offset <= place.offset) return;
        if (!replay && prev! > covered) {
          gap(false);
          return join();
        }
      }
      place = { epoch, offset };
      covered = Math.max(covered, offset);
    }
    deliver(message);
  }

  function onMessage(message: Message): void {
    const { type, id, data } = message;
    received(status());
    if (type === 'pong') joined && settle(joined);
    else if (type === 'error') onRefusal(message);
    else if (type === 'recovered') onRecovered(message as Placed);
    else if (id === ID) onOk(message as Placed);
    else if (data) onItems(message);
    else deliver(message);
  }

  function catchUp(messages: Message[], topics: Topics): void {
    const before = place;
    const more = minus(topics, current).length;
    for (const message of messages as Placed[]) {
      // State is all that there is to know at its place; a list of events may be cut short.
      if (!idOf(message)) {
        const same = before?.epoch === message.epoch;
        if (same && message.offset <= before.offset && !more) continue;
        if (before && !same && message === messages[0]) gap(true);
        settle(message);
        current = topics;
      }
      deliver(message);
    }
  }

  function close(): void {
    flush();
    drop();
  }

  return [open, send, adjust, catchUp, (offset) => note(offset, place?.epoch), close];
}
