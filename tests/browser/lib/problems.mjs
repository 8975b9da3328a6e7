// SPDX-License-Identifier: MIT
// What a page must not do: log errors, throw, be refused by the policy, ask another host.

/** Noted by the page itself: a violation does not always come to the console. */
function notePolicy() {
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`policy: ${event.violatedDirective} forbids ${event.blockedURI}`);
  });
}

export class Problems {
  #found = [];
  #expected;

  /** @param {RegExp[]} expected what the test brings about itself */
  constructor(expected = []) {
    this.#expected = expected;
  }

  /** The machine itself is the only host that there is for these pages. */
  async watch(page) {
    const elsewhere = (url) => {
      const { protocol, hostname } = new URL(url);
      if (/^(data|blob|about):$/.test(protocol) || /^(127\.0\.0\.1|localhost)$/.test(hostname))
        return;
      this.note(`a request to ${url}`);
    };
    await page.addInitScript(notePolicy);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) {
        this.note(`console: ${message.text()} (${message.location().url})`);
      }
    });
    page.on('pageerror', (error) => this.note(`thrown: ${error.stack ?? error}`));
    page.on('crash', () => this.note('the page crashed'));
    page.on('request', (request) => elsewhere(request.url()));
    page.on('websocket', (socket) => elsewhere(socket.url()));
  }

  note(text) {
    if (!this.#expected.some((pattern) => pattern.test(text))) this.#found.push(text);
  }

  /** Throws when there was any. */
  check() {
    if (this.#found.length > 0)
      throw new Error(`the page had problems:\n${this.#found.join('\n')}`);
  }
}
