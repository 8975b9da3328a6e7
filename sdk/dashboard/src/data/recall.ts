/* SPDX-License-Identifier: MIT */
import type { Message, subscribe } from '@sentio/client';
import type { FeedName, FeedRequest } from './feeds.ts';

/** A host that has not answered by then has nothing to wait for. */
const PATIENCE_MS = 2000;

interface RecallEvents {
  onMessage(message: Message): void;
  /** Once, when all has come, or nothing will. */
  onEnd(): void;
}

/**
 * Hears what the host still has of some symbols, over a connection of its own: one that is open
 * already gets no history of symbols that are added to it. Answers a function that gives up.
 */
export function recall(
  subscribeTo: typeof subscribe,
  name: FeedName,
  { token, ...request }: FeedRequest,
  { onMessage, onEnd }: RecallEvents,
): () => void {
  const subscription = subscribeTo(name, {
    ...request,
    ...(token && { token }),
    transport: 'websocket',
    onMessage(message) {
      onMessage(message);
      // The past comes first, marked as a replay.
      if (message.replay !== true) end();
    },
  });
  const timer = setTimeout(end, PATIENCE_MS);

  function giveUp(): void {
    clearTimeout(timer);
    subscription.close();
  }
  function end(): void {
    giveUp();
    onEnd();
  }
  return giveUp;
}
