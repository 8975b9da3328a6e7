/* SPDX-License-Identifier: MIT */
import { idOf } from './known';
import { named, type Plan } from './plan';
import { createPosition, type Place } from './position';
import { ALL, both, minus } from './topics';
import type { ClientError, Gap, Message } from './types';

export interface SessionEvents {
  send(message: object): boolean;
  /** The topics that there should be. */
  wanted(): ReadonlySet<string>;
  /** The host has accepted the first subscribe of a connection. */
  onJoined(): void;
  /** It has not, for this reason. */
  onRefused(reason: string): void;
  /** A message for the subscribers, in order and once. */
  onMessage(message: Message): void;
  /** All state is void, except if the gap is about to be filled. */
  onGap(gap: Gap): void;
  onError(error: ClientError): void;
}

/** What is said over a connection: subscribes and their answers, recovery, gaps and duplicates. */
export interface Session {
  /** Subscribes: at first to everything that is wanted, later with the place to go on from. */
  join(token?: string): void;
  /** Makes what is subscribed what is wanted. */
  adjust(): void;
  /** Extends the session by a fresh token. */
  renew(token: string): void;
  receive(message: Message): void;
  /** Takes what REST has answered for these topics. */
  catchUp(messages: Message[], topics: ReadonlySet<string>): void;
  /** Of the place that it has come to. */
  epoch(): string | undefined;
}

export function createSession(plan: Plan, events: SessionEvents): Session {
  const { channel, fields, options } = plan;
  const position = createPosition(options.history !== undefined);
  let current: ReadonlySet<string> = new Set();
  let joining: 'first' | 'since' | null = null;
  let joinId = '';
  let replaced = false;
  let count = 0;

  /** Ids of ours are strings with a mark, so that they are none that the user has sent. */
  function ask(members: object): string {
    const id = `~${++count}`;
    events.send({ action: 'subscribe', ...members, id });
    return id;
  }

  function credentials(token: string | undefined): object {
    return channel === 'admin' ? { admin_token: token } : { token };
  }

  function join(token?: string): void {
    const wanted = events.wanted();
    const since = position.place();
    const common = both(current, wanted);
    const first = !since || (common.size === 0 && wanted.size > 0);
    joining = first ? 'first' : 'since';
    current = first ? wanted : common;
    replaced = false;
    joinId = ask({
      ...fields,
      ...named(plan, current),
      ...credentials(token),
      ...(!first && { since }),
    });
  }

  function adjust(): void {
    if (joining || options.bare) return;
    const wanted = events.wanted();
    const added = minus(wanted, current);
    const removed = minus(current, wanted);
    // From all, single ones can not be taken: it is left, and joined again without a gap.
    if (removed.includes(ALL)) {
      events.send({ action: 'unsubscribe' });
      return join();
    }
    if (added.length > 0) ask(named(plan, new Set(added)));
    if (removed.length > 0) events.send({ action: 'unsubscribe', symbols: removed });
    current = wanted;
  }

  function onOk(message: Message): void {
    if (message.id !== joinId) return position.cover(message.offset!);
    if (joining === 'first') {
      position.join(message as Message & Place);
      joining = null;
    }
    events.onJoined();
    adjust();
  }

  function onRecovered(message: Message): void {
    joining = null;
    position.set(message as Message & Place);
    if (!message.recovered && !replaced) events.onGap({ missed: true });
    adjust();
  }

  function onRefusal({ message = 'error', code, id }: Message): void {
    events.onError(Object.assign(new Error(message), { code: code as string }));
    if (joining && id === joinId) events.onRefused(message);
  }

  function onItems(message: Message): void {
    if (joining === 'since') {
      // After a gap: it will come again as a replay.
      if (!message.replay && !message.snapshot) return;
      if (message.snapshot && !replaced) {
        replaced = true;
        events.onGap({ missed: true });
      }
    }
    const verdict = position.take(message);
    if (verdict === 'fresh') return events.onMessage(message);
    if (verdict === 'repeated') return;
    events.onGap({ missed: false });
    join();
  }

  /** State is all that is known at a place to go on from; a list of events may not reach back so far. */
  function catchUp(messages: Message[], topics: ReadonlySet<string>): void {
    const place = position.place();
    for (const message of messages) {
      const { epoch, offset, data } = message as Message & Place;
      const known = place?.epoch === epoch;
      // Items have no offsets of their own; which of them are new is seen by what they say.
      if (known && offset <= place.offset && !Array.isArray(data)) continue;
      if (place && !known && message === messages[0]) events.onGap({ missed: true });
      if (idOf(message) === null) {
        position.set({ epoch, offset });
        current = topics;
      }
      events.onMessage(message);
    }
  }

  function renew(token: string): void {
    ask({ user_id: fields.user_id, ...named(plan, current), ...credentials(token) });
  }

  return {
    join,
    adjust,
    renew,
    catchUp,
    epoch: () => position.place()?.epoch,
    receive(message) {
      const { type, id } = message;
      const ours = typeof id === 'string' && id.startsWith('~');
      if (type === 'pong') position.take(message);
      else if (type === 'error') onRefusal(message);
      else if (options.bare) events.onMessage(message);
      else if (type === 'ok' && ours) onOk(message);
      else if (type === 'recovered') onRecovered(message);
      else if (message.data === undefined) events.onMessage(message);
      else onItems(message);
    },
  };
}
