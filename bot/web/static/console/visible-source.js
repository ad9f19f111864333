// Events of the server only while the page can be seen. A browser keeps some six connections to one site: with a few more tabs, each
// with a stream of its own, nothing else would get through. Whoever comes back is told at once to look anew, by the server.
(() => {
  "use strict";

  const LEAVES_AFTER = 5000;

  class VisibleSource extends EventTarget {
    #url;
    #source = null;
    #names = new Set();
    #closed = false;
    #leaving = 0;

    constructor(url) {
      super();
      this.#url = url;
      document.addEventListener("visibilitychange", this.#look);
      this.#open();
    }

    get readyState() {
      if (this.#closed) return EventSource.CLOSED;
      return this.#source ? this.#source.readyState : EventSource.CONNECTING;
    }

    addEventListener(name, listener, options) {
      super.addEventListener(name, listener, options);
      if (this.#names.has(name)) return;
      this.#names.add(name);
      this.#source?.addEventListener(name, this.#pass);
    }

    close() {
      this.#closed = true;
      document.removeEventListener("visibilitychange", this.#look);
      this.#leave();
    }

    #look = () => {
      clearTimeout(this.#leaving);
      if (document.hidden) this.#leaving = setTimeout(this.#leave, LEAVES_AFTER);
      else if (!this.#source && !this.#closed) this.#open();
    };

    #open() {
      const source = new EventSource(this.#url);
      source.onopen = (event) => this.onopen?.(event);
      source.onerror = (event) => this.#failed(event);
      for (const name of this.#names) source.addEventListener(name, this.#pass);
      this.#source = source;
    }

    #leave = () => {
      this.#source?.close();
      this.#source = null;
    };

    #failed(event) {
      if (this.#source?.readyState === EventSource.CLOSED) {
        // Nobody comes back by itself: whoever made this one makes another.
        this.close();
        this.#closed = true;
      }
      this.onerror?.(event);
    }

    #pass = (event) => this.dispatchEvent(new MessageEvent(event.type, { data: event.data, lastEventId: event.lastEventId }));
  }

  htmx.createEventSource = (url) => new VisibleSource(url);
})();
