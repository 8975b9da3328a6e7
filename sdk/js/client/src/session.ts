/* SPDX-License-Identifier: MIT */
import { createAcknowledger } from './acknowledger';
import { idOf, type Known } from './known';
import { fieldsOf, symbolsOf, type Plan } from './plan';
import { createPosition, type Placed } from './position';
import { createSocket } from './socket';
import { received } from './status';
import { ALL, minus, type Topics } from './topics';
import type { Message, Status, Tell } from './types';

/** Ids of ours have a mark, so that they are none that the user has sent. */
const JOIN = '~join';
const MORE = '~more';

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
  const { ack, history, userId } = plan.options;
  const [place, setPlace, cover, take] = createPosition();
  const [open, live, send, lost, drop] = createSocket(plan, status, set, tell, onToken, onMessage);
  const [note, flush] = createAcknowledger(send);
  let current: Topics = new Set();
  /** Until the host has said all that belongs to a join; `told`: that something was missed. */
  let joining: 'first' | 'since' | 'told' | undefined;

  function ask(id: string, symbols?: string[], token?: string, members?: object): void {
    const key = plan.channel === 'admin' ? 'admin_token' : 'token';
    send({ action: 'subscribe', id, ...members, symbols, [key]: token });
  }

  /** Subscribes: at first to everything that is wanted, later with the place to go on from. */
  function join(token?: string): void {
    const since = place();
    joining = since ? 'since' : 'first';
    // What is wanted beside what there was has no place yet: it is asked for afterwards.
    if (!since) current = wanted();
    ask(JOIN, symbolsOf(plan, current), token, { ...fieldsOf(plan), since });
  }

  function onToken(token: string | undefined): void {
    if (status().isConnected) ask(MORE, symbolsOf(plan, current), token, { user_id: userId });
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
      if (added.length) ask(MORE, added);
      if (symbols.length) send({ action: 'unsubscribe', symbols });
    }
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
    const first = joining === 'first';
    if (joining !== 'since') cover(message, first);
    if (first) joining = undefined;
    if (message.id === JOIN) {
      live();
      flush();
    }
    adjust();
  }

  function onRecovered(message: Placed): void {
    setPlace(message);
    if (!message.recovered && joining !== 'told') gap(true);
    joining = undefined;
    adjust();
  }

  function onRefusal({ message, code, id }: Message): void {
    tell('onError', Object.assign(new Error(message), { code: code as string }));
    if (id === JOIN) lost(null, message!);
  }

  function onItems(message: Message): void {
    if (joining === 'since' && !message.replay) {
      // After a gap: it will come again as a replay.
      if (!message.snapshot) return;
      joining = 'told';
      gap(true);
    }
    // History that was asked for is old, and says nothing of how far we have come.
    const verdict = history && message.replay && !joining ? 'fresh' : take(message);
    if (verdict === 'fresh') deliver(message);
    if (verdict === 'gap') {
      gap(false);
      join();
    }
  }

  function onMessage(message: Message): void {
    const { type, id, data } = message;
    received(status());
    if (type === 'pong') take(message);
    else if (type === 'error') onRefusal(message);
    else if (type === 'recovered') onRecovered(message as Placed);
    else if (id === JOIN || id === MORE) onOk(message as Placed);
    else if (data) onItems(message);
    else deliver(message);
  }

  function catchUp(messages: Message[], topics: Topics): void {
    const before = place();
    const more = minus(topics, current).length;
    for (const message of messages as Placed[]) {
      // State is all that there is to know at its place; a list of events may be cut short.
      if (!idOf(message)) {
        const same = before?.epoch === message.epoch;
        if (same && message.offset <= before.offset && !more) continue;
        if (before && !same && message === messages[0]) gap(true);
        setPlace(message);
        current = topics;
      }
      deliver(message);
    }
  }

  function close(): void {
    flush();
    drop();
  }

  return [open, send, adjust, catchUp, (offset) => note(offset, place()?.epoch), close];
}
