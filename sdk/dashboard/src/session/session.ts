/* SPDX-License-Identifier: MIT */
import { subscribe, type Message } from '@sentio/client';
import { EarningsBook } from '../data/earnings.ts';
import { Feeds, type FeedName, type FeedRequest } from '../data/feeds.ts';
import { NoticeBook } from '../data/notices.ts';
import { QuoteBook } from '../data/quotes.ts';
import { recall } from '../data/recall.ts';
import { SignalBook } from '../data/signals.ts';
import { stored } from '../data/stored.ts';
import type { Value } from '../data/value.ts';
import { openWatchlist, type Watchlist } from '../data/watchlist.ts';
import { openAdminToken, openSettings, openToken, type Settings } from '../settings/settings.ts';
import { ToastList } from '../ui/toasts.ts';

/** Items of the past that are asked for at the beginning, so that charts and lists are not empty. */
const HISTORY: Readonly<Record<FeedName, number>> = {
  'market-data': 5000,
  'trade-signals': 200,
  earnings: 1000,
  notifications: 50,
};

/** What the pages share for as long as the tab lives. */
export class Session {
  readonly settings: Value<Settings> = openSettings();
  /** Of the user; "" for none. */
  readonly token: Value<string> = openToken();
  /** "" for none. */
  readonly adminToken: Value<string> = openAdminToken();
  readonly watchlist: Value<Watchlist> = openWatchlist();
  /** Symbols whose signals come first. */
  readonly pinned = stored<readonly string[]>('sentio.pinned', (found) =>
    Array.isArray(found) ? found.filter((symbol) => typeof symbol === 'string') : [],
  );
  readonly quotes = new QuoteBook();
  readonly signals = new SignalBook();
  readonly earnings = new EarningsBook();
  readonly notices: NoticeBook;
  readonly toasts = new ToastList();
  readonly feeds: Feeds;
  readonly #subscribe: typeof subscribe;
  /** Symbols that were added, and whose past is being heard before they are subscribed. */
  readonly #recalled = new Map<string, () => void>();
  #subscribed: readonly string[] = [];
  #opened: Pick<Settings, 'userId' | 'interval'> & { token: string };

  constructor(subscribeTo: typeof subscribe = subscribe) {
    this.#subscribe = subscribeTo;
    this.notices = new NoticeBook(this.settings.get().userId);
    this.feeds = new Feeds(subscribeTo, this.#receive);
    this.#opened = this.#wanted();
  }

  /** Subscribes, and follows the settings and the watchlist from then on. */
  open(): void {
    this.#watch();
    this.#openQuotes();
    this.#openUser();
    this.settings.subscribe(this.#follow);
    this.token.subscribe(this.#follow);
    this.watchlist.subscribe(this.#follow);
  }

  #wanted() {
    const { userId, interval } = this.settings.get();
    return { userId, interval, token: this.token.get() };
  }

  #follow = (): void => {
    const before = this.#opened;
    const wanted = this.#wanted();
    this.#opened = wanted;
    const other = wanted.userId !== before.userId || wanted.token !== before.token;
    if (wanted.userId !== before.userId) {
      this.earnings.clear();
      this.notices.reset(wanted.userId);
    }
    if (other) this.#openUser();
    this.#watch();
    if (other || wanted.interval !== before.interval) this.#openQuotes();
    else this.#adjustQuotes();
  };

  #watch(): void {
    this.quotes.watch(this.watchlist.get().symbols);
  }

  #openQuotes(): void {
    for (const giveUp of this.#recalled.values()) giveUp();
    this.#recalled.clear();
    this.#subscribed = this.watchlist.get().symbols;
    this.feeds.open('market-data', this.#quotesOf(this.#subscribed));
  }

  #quotesOf(symbols: readonly string[]): FeedRequest {
    const { interval, token } = this.#opened;
    return { symbols, interval, token, history: HISTORY['market-data'] };
  }

  /** Makes what is subscribed what is watched; what was added waits until it is `recalled`. */
  #adjustQuotes(recalled: readonly string[] = []): void {
    const { symbols } = this.watchlist.get();
    const known = new Set([...this.#subscribed, ...this.#recalled.keys(), ...recalled]);
    const fresh = symbols.filter((symbol) => !known.has(symbol));
    if (fresh.length > 0) this.#recall(fresh);
    const ready = symbols.filter((symbol) => !this.#recalled.has(symbol));
    if (ready.join() === this.#subscribed.join()) return;
    this.#subscribed = ready;
    this.feeds.setSymbols('market-data', ready);
  }

  #recall(symbols: readonly string[]): void {
    const onEnd = (): void => {
      for (const symbol of symbols) this.#recalled.delete(symbol);
      this.#adjustQuotes(symbols);
    };
    const onMessage = (message: Message): void => this.quotes.apply(message);
    const request = this.#quotesOf(symbols);
    const giveUp = recall(this.#subscribe, 'market-data', request, { onMessage, onEnd });
    for (const symbol of symbols) this.#recalled.set(symbol, giveUp);
  }

  #openUser(): void {
    const { userId, token } = this.#opened;
    for (const name of ['trade-signals', 'earnings', 'notifications'] as const) {
      this.feeds.open(name, { userId, token, history: HISTORY[name] });
    }
  }

  #receive = (name: FeedName, message: Message): void => {
    if (name === 'market-data') this.quotes.apply(message);
    else if (name === 'trade-signals') this.signals.apply(message);
    else if (name === 'earnings') this.earnings.apply(message);
    else this.#notify(message);
  };

  #notify(message: Message): void {
    const notice = this.notices.apply(message);
    if (!notice || !this.settings.get().toasts) return;
    this.toasts.push({ tone: notice.tone, title: notice.title, message: notice.message });
  }
}
