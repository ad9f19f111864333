/* trialchat widget. One file, served as it is: no framework, no build step.
   <script src="https://host/widget.js" data-trial="NCT…" data-locale="en" async></script>
   What a host page may set, call and listen to is in docs/embedding.md.
   Everything a person reads comes from the server; everything the server sends is shown as text, never as markup. */
(() => {
  "use strict";
  const NAME = "trial-chat";
  const LONGEST = 4000; // the server refuses longer messages
  const PATIENCE = 30000; // a reply later than this counts as a lost connection; sending again is safe
  const SILENCE = 45000; // a stream that says nothing for this long is dead: the server says something every 15 s
  const RECENT = 600000; // in a hidden page, lines are listened for this long after the last message
  const script = document.currentScript;
  if (customElements.get(NAME)) return;

  // By day and by night; a host page may set each: --trialchat-main.
  const COLOURS = { ink: "#17252a #e8f0f1", soft: "#4a5b61 #b3c3c7", paper: "#fff #131c1f", wash: "#f1f6f6 #1d292d", line: "#c9d6d8 #35464b", edge: "#74878c #83979c", main: "#0b5563 #8fd3de", "on-main": "#fff #08262c", mine: "#0b5563 #174d58", "on-mine": "#fff #f2fbfc", warn: "#8a2b0b #ffb59b", "warn-wash": "#fdf0ea #3a1d13", ok: "#1c6138 #8fdcaa", open: "#6a4d00 #f0cf7a", rim: "#0000 #0000" };
  const SHAPES = { font: 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif', size: "medium", radius: "14px", "button-radius": "24px", width: "25.5em", height: "44em", inset: "16px", layer: "2147483000" };
  // What is faint becomes like the words, what is tinted like the paper, and bubbles get an edge.
  const CONTRAST = { soft: "var(--ink)", line: "var(--ink)", edge: "var(--ink)", wash: "var(--paper)", "warn-wash": "var(--paper)", rim: "var(--ink)" };
  const all = (looks, of = (look) => look) => Object.entries(looks).map(([name, look]) => `--${name}:var(--trialchat-${name},${of(look)});`).join("");
  const [day, night] = [0, 1].map((at) => all(COLOURS, (both) => both.split(" ")[at]));
  const contrast = all(CONTRAST);

  const CSS = `
:host{all:initial;color-scheme:light dark}
:host([data-theme~=light]){color-scheme:light}
:host([data-theme~=dark]){color-scheme:dark}
:host([data-layout=inline]){display:block}
:host([hidden]){display:none}
*,*::before,*::after{box-sizing:border-box}
[hidden]{display:none!important}
.root{${day + all(SHAPES)}
 font:var(--size)/1.5 var(--font);color:var(--ink)}
:host([data-theme~=dark]) .root{${night}}
@media (prefers-color-scheme:dark){:host(:not([data-theme~=light])) .root{${night}}}
:host([data-theme~=contrast]) .root.root{${contrast}}
@media (prefers-contrast:more){.root.root.root{${contrast}}}
h2,h3,h4,p,ul,ol,fieldset{margin:0;padding:0;border:0}
h2{font-size:1.06em;line-height:1.3}h3{font-size:1em}h4{font-size:.9em;margin-block:.8em .2em}h4:first-child{margin-block-start:0}
button,textarea,summary{font:inherit;color:inherit}
button{cursor:pointer;min-block-size:44px;min-inline-size:44px;border:1px solid var(--main);border-radius:var(--button-radius);background:var(--paper);color:var(--main);padding:.5em 1em;text-align:start;line-height:1.3}
button:hover{text-decoration:underline;text-underline-offset:.2em}
button.solid{background:var(--main);color:var(--on-main);font-weight:600}
button.quiet{border-color:var(--edge);color:var(--ink)}
button[aria-disabled=true]{opacity:.55;cursor:default;text-decoration:none}
a{color:var(--main);text-underline-offset:.15em;overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--main);outline-offset:2px}
.launcher{position:fixed;inset-block-end:max(var(--inset),env(safe-area-inset-bottom));inset-inline-end:var(--inset);z-index:var(--layer);max-inline-size:calc(100vw - 32px);padding:.8em 1.3em;border-color:var(--paper);box-shadow:0 4px 18px #0005;text-align:center}
.launcher:focus-visible{outline-offset:3px;box-shadow:0 0 0 3px var(--paper)}
dialog{position:fixed;inset:auto;inset-block-end:var(--inset);inset-inline-end:var(--inset);z-index:var(--layer);inline-size:var(--width);max-inline-size:calc(100vw - 2*var(--inset));block-size:var(--height);max-block-size:calc(100dvh - 2*var(--inset));margin:0;padding:0;border:1px solid var(--line);border-radius:var(--radius);background:var(--paper);color:inherit;box-shadow:0 12px 48px #0006;overflow:hidden;flex-direction:column}
dialog[open]{display:flex}
dialog:not([open]){display:none!important}
dialog:focus{outline:0}
dialog::backdrop{background:#0008}
@media (max-width:480px),(max-height:420px){:host(:not([data-layout=inline])) dialog{inset:0!important;inline-size:100%!important;max-inline-size:none!important;block-size:var(--tall,100dvh)!important;max-block-size:none!important;border:0;border-radius:0}}
:host([data-layout=inline]) :is(.launcher,dialog){position:static;box-shadow:none}
:host([data-layout=inline]) dialog{inline-size:100%;max-inline-size:none;max-block-size:90dvh}
:host([data-layout=none]) .launcher{display:none}
.head{display:flex;gap:.3em;align-items:center;padding-block:.5em;padding-inline:1em .5em;border-block-end:1px solid var(--line)}
.head div{flex:1;min-inline-size:0}
.head p,.progress,.from,.note,.left{font-size:.85em;color:var(--soft)}
.icon{border-color:transparent;background:none;padding:0;display:grid;place-items:center;color:var(--ink);flex:none}
.icon .dotted{stroke-width:3.6}
.icon svg{inline-size:22px;block-size:22px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round}
.progress{display:flex;gap:.8em;align-items:center;padding:.4em 1em;border-block-end:1px solid var(--line)}
progress{flex:1;min-inline-size:3em;block-size:8px;appearance:none;border:1px solid var(--edge);border-radius:4px;background:var(--paper);overflow:hidden}
progress::-webkit-progress-bar{background:var(--paper)}
progress::-webkit-progress-value{background:var(--main)}
progress::-moz-progress-bar{background:var(--main)}
.sheet{padding:1em;border-block-end:1px solid var(--line);background:var(--wash);display:grid;gap:.7em;overflow:auto;flex:none;max-block-size:70%}
.scroll{flex:1;min-block-size:0;overflow-y:auto;overscroll-behavior:contain;padding:1em;position:relative}
.scroll:focus-visible{outline-offset:-3px}
.turn{position:relative;margin-block-end:.7em;display:flex;flex-direction:column;align-items:flex-start}
.turn.patient{align-items:flex-end}
.bubble{max-inline-size:min(92%,34em);padding:.6em .9em;border-radius:var(--radius);background:var(--wash);border:1px solid var(--rim);white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext;text-align:start}
.bot .bubble{border-end-start-radius:4px}
.patient .bubble{background:var(--mine);color:var(--on-mine);border-end-end-radius:4px}
.patient .bubble a{color:inherit}
.person .bubble{background:var(--paper);border:2px solid var(--main);border-end-start-radius:4px}
.person .from{max-inline-size:100%;overflow-wrap:anywhere;font-weight:600;color:var(--main);margin-block-end:.15em}
.badge{display:inline-block;margin-inline-start:.6em;padding:0 .6em;border-radius:1em;background:var(--on-main);color:var(--main);font-size:.85em}
.pending .bubble{border:2px dashed var(--paper)}
.card{inline-size:100%;border:1px solid var(--line);border-radius:var(--radius);padding:.9em 1em;overflow-wrap:anywhere}
.card+.card,.bubble+.card{margin-block-start:.6em}
.card ul,.card ol{padding-inline-start:1.2em}
.card p+p{margin-block-start:.35em}
.card li{margin-block:.35em}
.card ul.points{list-style:none;padding:0}
.points li{padding-block:.5em;border-block-start:1px solid var(--line);margin:0}
.card summary{min-block-size:44px;display:flex;gap:.5em;align-items:center;cursor:pointer;font-weight:600;font-size:.95em}
.card summary::before{content:"";inline-size:.5em;block-size:.5em;border:solid currentColor;border-width:0 2px 2px 0;transform:rotate(-45deg);flex:none}
details[open]>summary::before{transform:rotate(45deg)}
.status{display:inline-flex;gap:.35em;align-items:baseline;font-weight:600;font-size:.85em}
.met{color:var(--ok)}.not_met{color:var(--warn)}.unknown{color:var(--open)}
.quote{font-size:.9em;color:var(--soft)}
.safety{border:2px solid var(--warn);background:var(--warn-wash);border-radius:var(--radius);padding:.8em 1em;inline-size:100%}
.safety strong{color:var(--warn);display:block}
.safety .bubble{background:none;padding:0;max-inline-size:none;border:0}
a.solid{background:var(--main);color:var(--on-main);border-radius:var(--button-radius);padding:.4em 1em;margin-block:.4em;text-decoration:none}
.main{display:inline-flex;align-items:center;min-block-size:44px;font-weight:600}
.replies{display:flex;flex-wrap:wrap;gap:.5em}
.replies:empty{outline:0}
.replies fieldset{inline-size:100%;border:1px solid var(--line);border-radius:var(--radius);padding:.3em .9em .9em}
legend{font-size:.9em;font-weight:600;padding-inline:.3em}
.tick{display:flex;gap:.7em;align-items:center;min-block-size:44px;cursor:pointer}
.tick input{inline-size:22px;block-size:22px;margin:0;accent-color:var(--main);flex:none}
.dots{display:flex;gap:5px;padding:.7em .2em}
.dots i{inline-size:8px;block-size:8px;border-radius:50%;background:var(--edge);border:1px solid var(--edge)}
@media (prefers-reduced-motion:no-preference){.dots i{animation:b 1.2s infinite}.dots i:nth-child(2){animation-delay:.15s}.dots i:nth-child(3){animation-delay:.3s}@keyframes b{30%{transform:translateY(-5px)}}}
.state:not(:empty){padding:.6em 1em;border-block-start:1px solid var(--line);background:var(--wash);font-size:.92em}
.state.trouble{background:var(--warn-wash)!important}
.again{padding:0 1em .6em;background:var(--warn-wash)}
form.say{display:flex;gap:.5em;align-items:flex-end;padding:.7em;border-block-start:1px solid var(--line)}
textarea{flex:1;min-inline-size:0;min-block-size:44px;max-block-size:8.5em;resize:none;border:1px solid var(--edge);border-radius:var(--radius);background:var(--paper);padding:.55em .8em;line-height:1.4;overflow-y:auto}
textarea:focus-visible{outline-offset:0}
textarea::placeholder{color:var(--soft);opacity:1}
.left{padding:0 1em .6em}
.left.over{color:var(--warn);font-weight:600}
.sr{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (forced-colors:active){button.solid{background:ButtonFace;color:ButtonText}a.solid,button.solid,.patient .bubble{border:2px solid ButtonText}.icon{border-color:ButtonText}.bubble{border-color:CanvasText}progress{appearance:auto}}`;

  /* One element, its properties and its children. Text goes in as text nodes only. */
  const make = (tag, properties = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(properties)) {
      if (key in node && !key.includes("-")) node[key] = value;
      else node.setAttribute(key, value);
    }
    node.append(...children.filter((child) => child != null));
    return node;
  };

  const icon = (path, className = "") => {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const line = document.createElementNS(space, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    line.setAttribute("class", className);
    svg.append(line);
    return svg;
  };

  const fill = (text, values) => String(text ?? "").replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  const list = (value) => (Array.isArray(value) ? value.filter((item) => item != null) : []);
  const show = (value) => (value == null ? "" : String(value));

  /* A v4 UUID. crypto.randomUUID is missing on plain-http host pages, getRandomValues is not. */
  const uuid = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };

  const STATUS = { __proto__: null, met: "✓", not_met: "✕", unknown: "?" };

  class TrialChat extends HTMLElement {
    #home; #trial; #locale; #texts = {}; #parts = {};
    #token = null; #started = false; #busy = false; #begun = false;
    #epoch = 0; // grows when a chat is ended: what an older chat still waits for is dropped
    #known = 0; // messages of the transcript shown here, to notice what another tab added
    #wake = null; // ends the pause before the next try
    #last = null; // the messages whose quick replies are on offer
    #looks = 0; // how often a reply still at work was looked for
    #opener = null; // where the focus goes back to
    #early = null; // opens the chat that was asked for before it was there
    #person = false; // has a person of the study team taken over: the bot is silent
    #after = -1; // the last line that came by itself, to go on from there
    #stream = null; // ends the stream of such lines
    #used = 0; // when something was last sent
    #news = 0; // lines that came while the chat was closed
    #unseen = false; // did lines come that the server was not told about being seen
    #narrow; // is the screen small: a full sheet instead of a panel

    connectedCallback() {
      if (this.#begun) { this.#listen(); return; }
      this.#begun = true;
      this.#home = new URL(".", script?.src || document.baseURI);
      this.#trial = this.dataset.trial || null;
      this.#locale = (this.dataset.locale || document.documentElement.lang || "en").slice(0, 35);
      this.#begin();
    }

    /* Pages that build themselves anew take the element out, and may put it back. */
    disconnectedCallback() {
      this.close();
      this.#stream?.abort();
      this.#stream = null;
    }

    async #begin() {
      for (let wait = 2; ; wait = Math.min(wait * 2, 60)) {
        try {
          const reply = await fetch(new URL("widget/texts?locale=" + encodeURIComponent(this.#locale), this.#home), { credentials: "omit" });
          if (reply.ok) {
            const said = await reply.json();
            this.#texts = said.texts;
            this.#build(said);
            return;
          }
          if (reply.status < 500 && reply.status !== 429) return;
        } catch { /* the server is away; a page without the button beats a page with a dead one */ }
        await new Promise((done) => setTimeout(done, wait * 1000));
      }
    }

    // ---------------------------------------------------------------- the frame

    #build({ locale, direction }) {
      const say = this.#texts;
      const title = this.dataset.title || say.title;
      const shadow = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet(); // not a <style>: a host page may forbid inline styles
      sheet.replaceSync(CSS);
      shadow.adoptedStyleSheets = [sheet];
      const part = this.#parts;
      part.launcher = make("button", { type: "button", className: "launcher solid", part: "launcher", "aria-haspopup": "dialog", onclick: () => this.open(part.launcher) });
      part.title = make("h2", { id: "title", part: "title", dir: "auto", tabIndex: -1, textContent: title });
      part.menuButton = make("button", { type: "button", className: "icon", part: "menu-button", "aria-label": say.menu, "aria-expanded": "false", "aria-controls": "sheet", onclick: () => this.#sheet(part.sheet.hidden) }, icon("M5 12h.01M12 12h.01M19 12h.01", "dotted"));
      part.closeButton = make("button", { type: "button", className: "icon", part: "close-button", "aria-label": say.close, onclick: () => this.#close() }, icon("M6 6l12 12M18 6L6 18"));
      part.sheet = make("div", { id: "sheet", className: "sheet", part: "menu", hidden: true, role: "group", "aria-label": say.menu });
      part.bar = make("progress", { "aria-label": say.progress_name });
      part.far = make("span");
      part.progress = make("div", { className: "progress", part: "progress", hidden: true }, part.bar, part.far);
      part.log = make("div", { role: "log", "aria-live": "polite", "aria-label": say.messages });
      part.dots = make("div", { className: "dots", hidden: true, "aria-hidden": "true" }, make("i"), make("i"), make("i"));
      part.replies = make("div", { className: "replies", part: "replies", role: "group", tabIndex: -1, "aria-label": say.replies });
      part.scroll = make("div", { className: "scroll", part: "messages", tabIndex: 0, role: "region", "aria-label": say.conversation }, part.log, part.dots, part.replies);
      part.state = make("div", { className: "state", part: "status", role: "status" });
      part.again = make("div", { className: "again", hidden: true }, make("button", { type: "button", textContent: say.retry, onclick: () => this.#wake?.() }));
      part.box = make("textarea", { id: "box", part: "box", rows: 1, placeholder: say.box_hint, autocomplete: "off", dir: "auto", "aria-describedby": "left", oninput: () => this.#measure(), onkeydown: (event) => this.#enter(event) });
      part.send = make("button", { type: "submit", className: "solid", part: "send", textContent: say.send });
      part.left = make("p", { id: "left", className: "left", role: "status", hidden: true });
      part.form = make("form", { className: "say", noValidate: true, onsubmit: (event) => this.#submit(event) }, make("label", { className: "sr", htmlFor: "box", textContent: say.box }), part.box, part.send);
      part.subtitle = make("p", { part: "subtitle", textContent: say.subtitle });
      part.news = make("p", { className: "sr", role: "status" });
      part.dialog = make("dialog", { part: "panel", "aria-labelledby": "title", onkeydown: (event) => this.#escape(event) },
        make("div", { className: "head", part: "header" }, make("div", {}, part.title, part.subtitle), part.menuButton, part.closeButton),
        part.sheet, part.progress, part.scroll, part.state, part.again, part.form, part.left);
      // A phone's back gesture and other browser ways to close a dialog arrive here.
      part.dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.#close(); });
      part.root = make("div", { className: "root", lang: locale, dir: direction || "ltr" }, make("aside", { "aria-label": title }, part.launcher, part.news), part.dialog);
      shadow.append(part.root);
      this.#name();
      this.#look();
      this.#narrow = matchMedia("(max-width:480px),(max-height:420px)");
      this.#narrow.addEventListener("change", () => { if (part.dialog.open) { part.dialog.close(); this.#raise(); } });
      addEventListener("online", () => { this.#wake?.(); this.#listen(); });
      // A host page's own buttons stay hidden until there is a chat to open: the one whose trial they name, or else the first.
      for (const button of document.querySelectorAll("[data-trial-chat-open]")) {
        const trial = button.dataset.trialChatOpen;
        if (trial ? trial !== this.#trial : this !== document.querySelector(NAME)) continue;
        button.hidden = false;
        button.addEventListener("click", () => this.open(button));
      }
      document.addEventListener("visibilitychange", () => { this.#catchUp(); this.#seen(); if (!this.#stream) this.#listen(); });
      // Keep the box above a phone's keyboard, which covers the page without shrinking it.
      visualViewport?.addEventListener("resize", () => part.dialog.style.setProperty("--tall", visualViewport.height + "px"));
      this.#tell("ready");
      this.#early?.();
    }

    /* A page learns that something happened, never what: its scripts may pass on all that they hear. */
    #tell(name, detail) { this.dispatchEvent(new CustomEvent("trialchat:" + name, { bubbles: true, composed: true, detail })); }

    /* Only who spoke: what kind of message it is would tell of danger or illness. */
    #spoke(kind, messages = []) {
      this.#tell("message", { kind });
      if (messages.some((message) => message.custom?.type === "result")) this.#tell("result");
    }

    #name() {
      const say = this.#texts;
      this.#parts.launcher.textContent = this.#remembered() ? say.launcher_continue : this.dataset.launcher || (this.#trial ? say.launcher : say.launcher_any);
      const news = this.#news ? fill(say.unread, { count: this.#news }) : "";
      if (news) this.#parts.launcher.append(make("span", { className: "badge", part: "badge", textContent: news }));
      this.#parts.news.textContent = news;
    }

    /* Whoever comes back learns that a person has answered, without opening the chat. */
    async #look() {
      const token = this.#remembered();
      if (!token) return;
      try {
        const reply = await fetch(new URL("chat/news", this.#home), { headers: { Authorization: "Bearer " + token }, credentials: "omit", cache: "no-store" });
        const { waiting } = reply.ok ? await reply.json() : {};
        if (waiting > 0 && !this.#started) { this.#news = waiting; this.#name(); this.#spoke("person"); }
      } catch { /* the chat itself says what is wrong, once it is opened */ }
    }

    /* A full sheet on a small screen keeps the focus inside; a panel beside the page leaves the page usable. */
    #raise() {
      const { dialog } = this.#parts;
      if (this.#narrow.matches && this.dataset.layout !== "inline") dialog.showModal();
      else dialog.show();
    }

    get isOpen() { return !!this.#parts.dialog?.open; }
    toggle(opener) { if (this.isOpen || this.#early) this.close(); else this.open(opener); }

    /* Opens the chat, at once or once it is there. Nothing else does: never by itself, and whether it was open is not remembered. */
    open(opener) {
      const part = this.#parts;
      const from = opener?.focus ? opener : document.activeElement;
      if (!part.dialog) { this.#early = () => this.open(from); return; }
      this.#early = null;
      if (part.dialog.open) return;
      this.#opener = from;
      this.#raise();
      part.launcher.hidden = true;
      this.#news = 0;
      this.#name();
      this.#seen();
      // On a touch screen the box would bring up the keyboard over the first words.
      (matchMedia("(pointer:fine)").matches ? part.box : part.title).focus();
      this.#tell("open");
      if (!this.#started) this.#start();
    }

    /* From outside: whoever is elsewhere on the page stays there. */
    close() {
      this.#early = null;
      if (this.isOpen) this.#close(this.shadowRoot.activeElement);
    }

    #close(focus = true) {
      const part = this.#parts;
      this.#sheet(false, false);
      part.dialog.close();
      part.launcher.hidden = false;
      this.#name();
      if (focus) {
        part.launcher.focus();
        if (this.#opener.isConnected && this.#opener !== document.body) this.#opener.focus();
      }
      this.#tell("close");
    }

    #escape(event) {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      if (this.#parts.sheet.hidden) this.#close();
      else this.#sheet(false);
    }

    /* The menu: what happens to the answers, and the way to end the chat here. */
    #sheet(open, focus = true) {
      const { sheet, menuButton } = this.#parts;
      const say = this.#texts;
      const was = !sheet.hidden;
      sheet.hidden = !open;
      menuButton.setAttribute("aria-expanded", String(open));
      if (!open) { if (was && focus) menuButton.focus(); return; }
      const first = make("button", { type: "button", textContent: say.end_chat, onclick: () => this.#askToEnd() });
      sheet.replaceChildren(this.#link(new URL("privacy", this.#home).href, say.privacy_link), first);
      first.focus();
    }

    #askToEnd() {
      const say = this.#texts;
      const stay = make("button", { type: "button", textContent: say.end_cancel, onclick: () => this.#sheet(false) });
      const erase = make("button", { type: "button", textContent: say.end_erase, onclick: () => { if (this.#person) return this.#askToErase(); this.#sheet(false); this.#send("#erase", say.erase_said); } });
      const end = make("button", { type: "button", className: "solid", textContent: say.end_confirm, onclick: () => this.#forget() });
      const heading = make("h3", { textContent: say.end_title, tabIndex: -1 });
      this.#parts.sheet.replaceChildren(heading, make("p", { textContent: say.end_text }), end, this.#token ? erase : null, stay);
      heading.focus();
    }

    /* While a person has taken over, the bot cannot ask whether it is meant. */
    #askToErase() {
      const say = this.#texts;
      const heading = make("h3", { textContent: say.erase_title, tabIndex: -1 });
      const yes = make("button", { type: "button", className: "solid", textContent: say.erase_confirm, onclick: () => this.#erase() });
      this.#parts.sheet.replaceChildren(heading, make("p", { textContent: say.erase_text }), yes, make("button", { type: "button", textContent: say.erase_cancel, onclick: () => this.#sheet(false) }));
      heading.focus();
    }

    async #erase() {
      const say = this.#texts;
      this.#sheet(false);
      const reply = await this.#insist("DELETE", "chat/session", null, say.offline_start);
      if (!reply) return;
      if (reply.status >= 400 && reply.status !== 401) return this.#state(say.refused);
      this.#reset();
      this.#state(say.erase_done);
      this.#offer([{ title: say.start_new, run: () => this.#start() }]);
    }

    #forget() {
      this.#reset();
      this.#sheet(false);
      this.#state(this.#texts.end_done);
      this.#offer([{ title: this.#texts.start_new, run: () => this.#start() }]);
    }

    #reset() {
      const part = this.#parts;
      this.#epoch += 1;
      this.#wake?.();
      this.#stream?.abort();
      this.#stream = null;
      this.#after = -1;
      this.#takenOver(false);
      this.#drop();
      this.#token = null;
      this.#started = this.#busy = false;
      this.#known = 0;
      part.log.replaceChildren();
      part.progress.hidden = part.dots.hidden = true;
      this.#state("");
      this.#offer([]);
    }

    // ---------------------------------------------------------------- what this device remembers: one token

    get #key() { return "trialchat:" + (this.#trial || "any"); }
    #remembered() { try { return localStorage.getItem(this.#key); } catch { return null; } }
    #remember() { try { localStorage.setItem(this.#key, this.#token); } catch { /* private mode: the chat lasts as long as the page */ } }
    #drop() { try { localStorage.removeItem(this.#key); } catch { /* nothing was kept */ } }

    // ---------------------------------------------------------------- talking to the server

    async #call(method, path, body) {
      const headers = {};
      if (this.#token) headers.Authorization = "Bearer " + this.#token;
      if (body) headers["Content-Type"] = "application/json";
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), PATIENCE);
      try {
        const reply = await fetch(new URL(path, this.#home), { method, headers, body: body && JSON.stringify(body), credentials: "omit", cache: "no-store", signal: stop.signal });
        const data = reply.status === 204 ? null : await (reply.ok ? reply.json() : reply.json().catch(() => null));
        return { status: reply.status, data, after: parseInt(reply.headers.get("Retry-After"), 10) };
      } finally { clearTimeout(timer); }
    }

    /* Calls until there is an answer that trying again would not change. Null when the chat was ended meanwhile. */
    async #insist(method, path, body, lost, turn) {
      const epoch = this.#epoch;
      const say = this.#texts;
      const slow = setTimeout(() => epoch === this.#epoch && this.#state(say.slow), 12000);
      let failed = false;
      try {
        for (let wait = 1; ; wait = Math.min(wait * 2, 30)) {
          let seconds = wait;
          let told = lost;
          let reply = null;
          try { reply = await this.#call(method, path, body); } catch { /* no answer: try again */ }
          if (epoch !== this.#epoch) return null;
          clearTimeout(slow);
          if (reply && reply.status !== 429 && reply.status < 500) {
            this.#state(failed ? say.back_online : "");
            if (failed) setTimeout(() => { if (this.#parts.state.textContent === say.back_online) this.#state(""); }, 4000);
            return reply;
          }
          failed = true;
          this.#parts.dots.hidden = true;
          if (turn) this.#pending(turn);
          const limited = reply?.status === 429;
          if (limited) seconds = 5;
          // Never sooner than the server asks for, and ever more slowly while it is away.
          if (reply?.after > 0) seconds = limited ? reply.after : Math.max(wait, reply.after);
          if (limited) told = fill(say.too_fast, { seconds });
          this.#state(told, !limited);
          // A little at random, so that many chats do not come back in the same instant.
          await this.#pause(seconds * (limited ? 1000 : 900 + Math.random() * 200), !limited);
          if (epoch !== this.#epoch) return null;
        }
      } finally { clearTimeout(slow); }
    }

    #pause(milliseconds, early) {
      return new Promise((done) => {
        const end = () => { clearTimeout(timer); this.#wake = null; done(); };
        const timer = setTimeout(end, milliseconds);
        const epoch = this.#epoch;
        this.#wake = () => { if (early || epoch !== this.#epoch) end(); };
      });
    }

    async #start() {
      const part = this.#parts;
      const say = this.#texts;
      if (this.#started) return;
      this.#started = this.#busy = true;
      part.dots.hidden = false;
      this.#state("");
      this.#offer([]);
      this.#token = this.#remembered();
      if (this.#token) {
        const reply = await this.#insist("GET", "chat/messages", null, say.offline_start);
        if (!reply) return;
        if (reply.status === 200) return this.#restore(reply.data);
        this.#drop();
        this.#token = null;
        this.#note(say.expired);
      }
      const reply = await this.#insist("POST", "chat/session", { ...(this.#trial && { trial_id: this.#trial }), locale: this.#locale }, say.offline_start);
      if (!reply) return;
      part.dots.hidden = true;
      this.#busy = false;
      if (reply.status >= 400) {
        this.#started = false;
        this.#state(say.refused);
        if (reply.data?.error?.code === "origin_not_allowed") this.#elsewhere(reply.data.error.message);
        return;
      }
      part.form.hidden = false;
      this.#token = reply.data.token;
      this.#remember();
      this.#receive(list(reply.data.messages));
      this.#listen();
    }

    /* Not from this site: the person learns where, and whoever builds the page why. */
    #elsewhere(why) {
      const say = this.#texts;
      const page = new URL(this.#trial ? "trials/" + encodeURIComponent(this.#trial) : "", this.#home).href;
      const link = this.#link(page, say.not_here_link);
      this.#state(say.not_here + " ");
      this.#parts.state.append(link);
      this.#parts.form.hidden = true;
      link.focus();
      console.error("trialchat: " + why);
    }

    /* The whole transcript again: after a reload, or when another tab went on. Not read out loud. */
    async #restore(data) {
      const part = this.#parts;
      const epoch = this.#epoch;
      const all = list(data.messages);
      const from = all.findLastIndex((entry) => entry.from === "patient");
      part.log.setAttribute("aria-live", "off");
      part.log.replaceChildren();
      all.forEach((entry) => this.#turn(entry, entry.from));
      this.#known = all.length;
      this.#after = data.last ?? -1;
      this.#takenOver(data.taken_over);
      this.#ask(from === all.length - 1 ? all.filter((entry) => entry.from !== "patient") : all.slice(from + 1));
      part.dots.hidden = true;
      part.scroll.scrollTop = part.scroll.scrollHeight;
      this.#busy = false;
      setTimeout(() => part.log.setAttribute("aria-live", "polite"), 500);
      if (data.open === false) {
        this.#state(this.#texts.closed);
        this.#offer([{ title: this.#texts.start_new, run: () => { this.#reset(); this.#start(); } }]);
      } else if (from >= 0 && from === all.length - 1 && this.#looks < 5 && !this.#person) {
        // The last message may still be at work on the server: look for its reply for a while.
        this.#looks += 1;
        part.dots.hidden = false;
        setTimeout(() => epoch === this.#epoch && this.#catchUp(), 1500 * this.#looks);
      } else this.#looks = 0;
      this.#listen();
    }

    async #catchUp() {
      const { dialog, dots } = this.#parts;
      if (document.hidden || !dialog.open || !this.#token || this.#busy) return;
      try {
        const reply = await this.#call("GET", "chat/messages");
        if (this.#busy) return;
        if (reply.status !== 200) dots.hidden = true;
        else if (list(reply.data.messages).length !== this.#known || this.#looks) this.#restore(reply.data);
      } catch { dots.hidden = true; }
    }

    async #send(text, shown, fromBox = false) {
      if (this.#busy || !this.#token) return;
      const part = this.#parts;
      const say = this.#texts;
      const within = part.replies.contains(this.shadowRoot.activeElement);
      this.#busy = true; // two quick taps send once
      this.#looks = 0;
      this.#used = Date.now();
      const turn = this.#turn({ text: shown }, "patient");
      this.#known += 1;
      this.#offer([]);
      // The tapped button is gone; from here the next Tab leads to the next quick replies.
      if (within) part.replies.focus({ preventScroll: true });
      part.send.setAttribute("aria-disabled", "true");
      part.scroll.scrollTop = part.scroll.scrollHeight;
      const dots = setTimeout(() => { if (turn.matches(".pending") || this.#person) return; part.dots.hidden = false; part.scroll.scrollTop = part.scroll.scrollHeight; }, 250);
      this.#remember();
      const reply = await this.#insist("POST", "chat/messages", { id: uuid(), text }, say.offline, turn);
      clearTimeout(dots);
      part.send.removeAttribute("aria-disabled");
      if (!reply) return;
      part.dots.hidden = true;
      this.#busy = false;
      if (reply.status < 300) {
        turn.classList.remove("pending");
        turn.querySelector(".note")?.remove();
        this.#spoke("patient");
        const messages = list(reply.data.messages);
        // Nothing comes back where a person has taken over: they will answer.
        if (!messages.length) { this.#takenOver(true); this.#state(say.person_answers); }
        this.#receive(messages);
        this.#listen(false);
        return;
      }
      // Not taken: give the words back instead of losing them.
      if (fromBox && !part.box.value) { part.box.value = text; this.#measure(); }
      if ([401, 403, 404].includes(reply.status)) {
        this.#reset();
        this.#note(say.expired);
        this.#start();
        return;
      }
      turn.remove();
      this.#known -= 1;
      this.#state(say.refused);
      if (this.#last) this.#ask(this.#last);
    }

    #pending(turn) {
      if (turn.querySelector(".note")) return;
      turn.classList.add("pending");
      turn.append(make("span", { className: "note", textContent: this.#texts.not_sent }));
    }

    #receive(messages) {
      const { scroll } = this.#parts;
      this.#known += messages.length;
      const erased = messages.some((message) => message.custom?.code === "erased");
      if (erased) {
        // The server has forgotten: this device does too, on the screen and in its storage.
        this.#parts.log.replaceChildren();
        this.#parts.progress.hidden = true;
        this.#drop();
      }
      const turns = messages.map((message) => this.#turn(message, "bot"));
      if (messages.length) this.#spoke("bot", messages);
      this.#ask(messages);
      if (erased) {
        this.#token = null;
        this.#started = false;
        this.#offer([{ title: this.#texts.start_new, run: () => { this.#reset(); this.#start(); } }]);
      }
      // Long replies start at their first line; short ones end in sight.
      const top = turns[0] ? turns[0].offsetTop - 12 : scroll.scrollHeight;
      scroll.scrollTop = Math.min(scroll.scrollHeight, top);
    }

    // ---------------------------------------------------------------- lines that come by themselves

    /* What a person of the study team writes, that they came, that the bot is back. Begins anew unless told to keep what runs. */
    async #listen(anew = true) {
      if (!this.#token || !this.isConnected || (!anew && this.#stream)) return;
      this.#stream?.abort();
      const own = this.#stream = new AbortController();
      for (let wait = 1; own === this.#stream; wait = Math.min(wait * 2, 60)) {
        if (document.hidden && Date.now() - this.#used > RECENT) break;
        const began = Date.now();
        try {
          const reply = await fetch(new URL("chat/events?after=" + this.#after, this.#home), { headers: { Authorization: "Bearer " + this.#token }, credentials: "omit", cache: "no-store", signal: own.signal });
          if ([401, 403, 404].includes(reply.status)) break;
          if (reply.ok) await this.#follow(reply.body.pipeThrough(new TextDecoderStream()).getReader(), own);
          else wait = Math.max(wait, 15); // there is no room for a stream: the transcript is looked at now and then
        } catch { /* the connection broke: again, from the last line */ }
        if (own !== this.#stream) return;
        if (Date.now() - began > 10000) wait = 1;
        await new Promise((done) => setTimeout(done, wait * (900 + Math.random() * 200)));
        if (own === this.#stream) this.#catchUp(); // after a sleep, say: the transcript has all
      }
      if (own === this.#stream) this.#stream = null;
    }

    async #follow(reader, own) {
      for (let rest = ""; ;) {
        const dead = setTimeout(() => reader.cancel(), SILENCE);
        const { done, value } = await reader.read().finally(() => clearTimeout(dead));
        if (done || own !== this.#stream) return;
        const events = (rest + value).split("\n\n");
        rest = events.pop();
        for (const event of events) {
          const [, id, data] = event.match(/^id: (\d+)\ndata: (.*)$/) || [];
          if (id && +id > this.#after) { this.#after = +id; this.#hear(JSON.parse(data)); }
        }
      }
    }

    #hear(line) {
      const { dialog, log, scroll, dots } = this.#parts;
      const near = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
      this.#known += 1;
      this.#looks = 0;
      dots.hidden = true;
      const code = line.custom?.code;
      if (line.from === "coordinator" || code === "joined" || code === "handed_back") {
        this.#takenOver(code !== "handed_back");
        if (!this.#busy) this.#state("");
        this.#offer([]);
      }
      this.#turn(line, line.from);
      this.#spoke(line.from === "coordinator" ? "person" : "bot", [line]);
      if (code === "handed_back") this.#last = [];
      if (line.from === "bot" && !this.#person) this.#ask([...(this.#last || []), line]);
      if (near) scroll.scrollTop = Math.min(scroll.scrollHeight, log.lastChild.offsetTop - 12);
      if (!dialog.open) { this.#news += 1; this.#name(); }
      this.#unseen = true;
      this.#seen();
    }

    /* Whoever wrote learns that it can be seen: the chat is open, and the page is in front. */
    #seen() {
      if (!this.#unseen || document.hidden || !this.#parts.dialog.open) return;
      this.#unseen = false;
      this.#call("POST", "chat/seen", { last: this.#after }).catch(() => { this.#unseen = true; });
    }

    #takenOver(person) {
      this.#person = !!person;
      this.#parts.box.placeholder = person ? this.#texts.box : this.#texts.box_hint;
      this.#parts.subtitle.textContent = person ? this.#texts.subtitle_person : this.#texts.subtitle;
      if (person) this.#parts.progress.hidden = true;
    }

    // ---------------------------------------------------------------- showing

    #state(text, retry = false) {
      this.#parts.state.textContent = text;
      this.#parts.state.classList.toggle("trouble", retry);
      this.#parts.again.hidden = !retry;
    }

    #note(text) { this.#parts.log.append(make("p", { className: "turn note", textContent: text })); }

    /* An http or https address as a link; anything else stays text. */
    #link(address, text, className = "") {
      let url = null;
      try { url = new URL(address, this.#home); } catch { /* not an address */ }
      if (!url || !/^https?:$/.test(url.protocol)) return make("span", { textContent: show(text || address) });
      return make("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", className }, show(text || address), make("span", { className: "sr", textContent: " " + this.#texts.new_tab }));
    }

    #words(text, known) {
      const pieces = [];
      let end = 0;
      for (const found of text.matchAll(/https?:\/\/[^\s<>"'`]+/gi)) {
        const address = found[0].replace(/[.,;:!?)\]}»”’]+$/, "");
        pieces.push(text.slice(end, found.index), this.#link(address, address === known?.url ? this.#texts[known.code + "_link"] || address : address));
        end = found.index + address.length;
      }
      return [...pieces, text.slice(end)];
    }

    /* A text is enough by itself, for channels that show nothing else. What a card or buttons show here is left out of it. */
    #shown(message, custom) {
      const text = show(message.text);
      if (custom.type === "question" && custom.prompt) return show(custom.prompt);
      if (custom.type !== "result" && custom.type !== "handoff") return text;
      return text.split(/\n\s*\n/).filter((part) => !/^\s*([-•–]|\p{Nd}+[.)])\s/mu.test(part) && !(custom.contact_url && part.includes(custom.contact_url))).join("\n\n");
    }

    #turn(message, from) {
      const say = this.#texts;
      const custom = message.custom || {};
      const person = from === "coordinator";
      const turn = make("div", { className: "turn " + (person ? "person" : from) });
      const text = this.#shown(message, custom);
      if (text) {
        // Who speaks stands beside the bubble: inside, it would decide the direction of the words.
        turn.append(person
          ? make("span", { className: "from", dir: "auto", textContent: fill(message.name ? say.from_person : say.from_team, message) + " " })
          : make("span", { className: "sr", textContent: (from === "patient" ? say.from_patient : say.from_bot) + " " }));
        // What is said in an emergency has no part: no page hides it by a slip.
        const safety = custom.type === "safety";
        const bubble = make("div", { className: "bubble", part: safety ? "" : "bubble " + (person ? "person" : from), dir: "auto" }, ...this.#words(text, custom));
        turn.append(safety ? make("div", { className: "safety" }, make("strong", { textContent: say.important }), bubble) : bubble);
      }
      // Of several trials the text has the list; their points stay folded up.
      if (custom.type === "result") list(custom.trials).forEach((trial, at, all) => turn.append(this.#result(trial, all.length > 1 ? at + 1 : 0)));
      if (custom.type === "handoff") turn.append(this.#handoff(custom));
      if (turn.childNodes.length) this.#parts.log.append(turn);
      return turn;
    }

    #result(trial, place) {
      const say = this.#texts;
      const points = list(trial.criteria);
      const card = make("div", { className: "card", part: "card" },
        make("h3", { textContent: say["verdict_" + trial.verdict] || say.result_title }),
        make("p", { dir: "auto", textContent: (place ? place + ". " : "") + show(trial.title) }),
        ...list(trial.notes).map((note) => make("p", { dir: "auto" }, ...this.#words(show(note)))));
      const groups = { __proto__: null, not_met: [], unknown: [], met: [], study_team: [] };
      for (const point of points) (groups[point.checked_by === "study_team" ? "study_team" : point.status] || groups.unknown).push(point);
      for (const [name, group] of Object.entries(groups)) {
        if (!group.length) continue;
        card.append(make("details", { open: !place && (name === "not_met" || !groups.not_met.length) },
          make("summary", {}, say["group_" + name] + " (" + group.length + ")"),
          make("p", { className: "note", textContent: say["note_" + name] }),
          make("ul", { className: "points" }, ...group.map((point) => this.#point(point)))));
      }
      return card;
    }

    #point(point) {
      const say = this.#texts;
      const status = STATUS[point.status] ? point.status : "unknown";
      const said = list(point.because).map((reason) => show(reason.said)).filter(Boolean).join("; ");
      return make("li", {},
        make("span", { className: "status " + status }, make("span", { "aria-hidden": "true", textContent: STATUS[status] }), say["status_" + status]),
        make("div", { dir: "auto", textContent: show(point.plain || point.id) }),
        said ? make("div", { className: "quote", dir: "auto", textContent: fill(say.said, { said }) }) : null);
    }

    #handoff(custom) {
      const say = this.#texts;
      const card = make("div", { className: "card", part: "card" });
      const add = (title, body) => card.append(make("h4", { textContent: title }), body);
      const lines = (tag, items) => make(tag, {}, ...items.map((item) => make("li", { dir: "auto" }, ...item)));
      const steps = list(custom.steps);
      const contacts = list(custom.contacts);
      if (steps.length) add(say.handoff_steps, lines("ol", steps.map((step) => this.#words(show(step)))));
      if (contacts.length) {
        add(say.handoff_contacts, lines("ul", contacts.map((contact) => {
          const parts = [[contact.name, contact.role, contact.site].filter(Boolean).map(show).join(", ")];
          const phone = show(contact.phone);
          const email = show(contact.email);
          // Only what looks like a number or an address becomes a link a device may act on.
          if (phone) parts.push(make("br"), /^\+?[\d\s().-]{4,25}$/.test(phone) ? make("a", { href: "tel:" + phone.replace(/[^\d+]/g, ""), textContent: phone }) : phone);
          if (email) parts.push(make("br"), /^[^\s@?&:/]+@[^\s@?&:/]+$/.test(email) ? make("a", { href: "mailto:" + email, textContent: email }) : email);
          return parts;
        })));
      }
      if (custom.contact_url) card.append(make("p", {}, this.#link(custom.contact_url, say.handoff_contact, "main solid")));
      if (custom.registry_url) card.append(this.#link(custom.registry_url, say.handoff_registry, "main"));
      return card;
    }

    /* What the latest messages ask for: quick replies, check boxes, a number, how far it is. */
    #ask(messages) {
      if (this.#person) return this.#offer([]);
      const part = this.#parts;
      const say = this.#texts;
      this.#last = messages;
      const question = messages.findLast((message) => message.custom?.type === "question")?.custom;
      let buttons = list(messages.findLast((message) => list(message.buttons).length)?.buttons);
      if (question?.progress) {
        const { answered = 0, remaining = 0 } = question.progress;
        part.bar.max = Math.max(1, answered + remaining);
        part.bar.value = answered;
        part.far.textContent = fill(remaining > 0 ? say.progress : say.progress_last, { answered, remaining });
        part.progress.hidden = false;
      } else if (messages.some((message) => ["result", "handoff"].includes(message.custom?.type))) part.progress.hidden = true;
      part.box.inputMode = question?.answer_type !== "number" ? "text" : question.unit && question.unit !== "years" ? "decimal" : "numeric";
      const options = question?.answer_type === "choices" ? list(question.options) : [];
      const payload = (values) => "#" + question.attribute + "=" + values.join(",");
      if (options.length) {
        const own = new Set(options.map((option) => payload([option.value])));
        buttons = buttons.filter((button) => !own.has(button.payload));
      }
      this.#offer(buttons.map((button) => ({ title: show(button.title), aside: /(=(unsure|decline)|#why)$/.test(button.payload), run: () => this.#send(show(button.payload || button.title), show(button.title)) })));
      if (options.length) part.replies.prepend(this.#ticks(options, payload, list(question.exclusive)));
    }

    #ticks(options, payload, exclusive) {
      const say = this.#texts;
      const alone = new Set(exclusive);
      const rows = options.map((option) => {
        const input = make("input", { type: "checkbox", value: show(option.value) });
        input.addEventListener("change", () => {
          if (!input.checked) return;
          // "None of these" and the like stand alone.
          for (const row of rows) if (row.input !== input && (alone.has(option.value) || alone.has(row.option.value))) row.input.checked = false;
        });
        return { input, option };
      });
      const send = make("button", { type: "button", className: "solid", textContent: say.send, onclick: () => {
        const chosen = rows.filter((row) => row.input.checked);
        if (!chosen.length) { this.#state(say.choose_some); return; }
        this.#state("");
        this.#send(payload(chosen.map((row) => row.option.value)), chosen.map((row) => show(row.option.title)).join(", "));
      } });
      return make("fieldset", {}, make("legend", { textContent: say.choose_all }),
        ...rows.map((row) => make("label", { className: "tick", dir: "auto" }, row.input, make("span", { textContent: show(row.option.title) }))), send);
    }

    #offer(buttons) {
      this.#parts.replies.replaceChildren(...buttons.map(({ title, run, aside }) => make("button", { type: "button", className: aside ? "quiet" : "", part: "reply", textContent: title, dir: "auto", onclick: run })));
    }

    // ---------------------------------------------------------------- the box

    #measure() {
      const { box, left } = this.#parts;
      const over = [...box.value].length - LONGEST;
      left.hidden = over < -200;
      left.textContent = fill(over > 0 ? this.#texts.characters_over : this.#texts.characters_left, { count: Math.abs(over) });
      left.classList.toggle("over", over > 0);
      box.setAttribute("aria-invalid", String(over > 0));
      box.style.height = "auto";
      box.style.height = box.scrollHeight + 2 + "px";
      return over <= 0;
    }

    #enter(event) {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
    }

    #submit(event) {
      event.preventDefault();
      const { box } = this.#parts;
      const text = box.value.trim();
      if (!text || this.#busy || !this.#measure()) return;
      if (!this.#token) { this.#start(); return; } // the words stay in the box until there is a chat again
      box.value = "";
      this.#measure();
      box.focus();
      this.#send(text, text, true);
    }
  }

  customElements.define(NAME, TrialChat);

  /* A host page may place the element itself; otherwise the script does. It never opens by itself. */
  const place = () => {
    if (document.querySelector(NAME)) return;
    const chat = document.createElement(NAME);
    Object.assign(chat.dataset, script?.dataset);
    document.body.append(chat);
  };
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
})();
