/* SPDX-License-Identifier: MIT */
import type { Message, Status, subscribe, SubscribeOptions, Subscription } from '@sentio/client';
import type { Link } from './connection.ts';
import { Value, type Readable } from './value.ts';

export type FeedName = 'market-data' | 'trade-signals' | 'earnings' | 'notifications';

export interface FeedRequest extends Pick<
  SubscribeOptions,
  'symbols' | 'userId' | 'interval' | 'history'
> {
  readonly token: string;
}

type Subscribe = typeof subscribe;

interface Feed {
  readonly subscription: Subscription;
  /** Whether REST has answered since it was last live. */
  polled: boolean;
  /** When the connection last brought something, in milliseconds since 1970. */
  heardAt: number | null;
}

/** The dashboard's subscriptions, one a channel, and how they are. */
export class Feeds implements Readable<readonly Link[]> {
  readonly #subscribe: Subscribe;
  readonly #onMessage: (name: FeedName, message: Message) => void;
  readonly #feeds = new Map<FeedName, Feed>();
  readonly #links = new Value<readonly Link[]>([]);

  get = this.#links.get;
  subscribe = this.#links.subscribe;

  constructor(subscribeTo: Subscribe, onMessage: (name: FeedName, message: Message) => void) {
    this.#subscribe = subscribeTo;
    this.#onMessage = onMessage;
  }

  /** Subscribes, instead of what was subscribed on that channel before. */
  open(name: FeedName, { token, ...request }: FeedRequest): void {
    this.#feeds.get(name)?.subscription.close();
    this.#feeds.delete(name);
    const subscription = this.#subscribe(name, {
      ...request,
      ...(token && { token }),
      reconnect: 'forever',
      onMessage: (message) => this.#receive(name, message),
      onStatus: (status) => this.#follow(name, status),
    });
    this.#feeds.set(name, { subscription, polled: false, heardAt: null });
    this.#show();
  }

  /** Other symbols on the same connection. */
  setSymbols(name: FeedName, symbols: readonly string[]): void {
    this.#feeds.get(name)?.subscription.setSymbols(symbols);
  }

  /** Tries at once whatever is not connected. */
  retry(): void {
    for (const { subscription } of this.#feeds.values()) {
      if (!subscription.status.isConnected) subscription.reconnect();
    }
  }

  close(): void {
    for (const { subscription } of this.#feeds.values()) subscription.close();
    this.#feeds.clear();
    this.#show();
  }

  #receive(name: FeedName, message: Message): void {
    const feed = this.#feeds.get(name);
    if (feed && message.polled === true && !feed.polled) {
      feed.polled = true;
      this.#show();
    }
    this.#onMessage(name, message);
  }

  #follow(name: FeedName, status: Status): void {
    const feed = this.#feeds.get(name);
    if (feed) follow(feed, status);
    this.#show();
  }

  #show(): void {
    this.#links.set(
      [...this.#feeds].map(([channel, { subscription, polled }]) => {
        // A copy: the client keeps `receivedAt` up to date in place.
        return { channel, polled, status: { ...subscription.status } };
      }),
    );
  }
}

/** An answer of REST may have nothing new in it; that it came shows in the status alone. */
function follow(feed: Feed, { isConnected, polling, receivedAt }: Status): void {
  if (isConnected || !polling) {
    feed.polled = false;
    feed.heardAt = receivedAt;
  } else if (receivedAt !== feed.heardAt) {
    feed.polled = true;
  }
}
