// A part of the page that is put in anew must neither close what somebody opened to read nor take away what they are writing.
(() => {
  "use strict";

  const isBegun = (node) => {
    if (node instanceof HTMLTextAreaElement) return node.value !== node.defaultValue;
    if (node instanceof HTMLSelectElement) return [...node.options].some((option) => option.selected !== option.defaultSelected);
    if (node instanceof HTMLInputElement && node.type !== "hidden") return node.value !== node.defaultValue || node.checked !== node.defaultChecked;
    return false;
  };

  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => !(name === "open" && node instanceof HTMLDetailsElement);
  Idiomorph.defaults.callbacks.beforeNodeMorphed = (node) => !isBegun(node);

  // What became of a form is said once, and has to be read before the page is put in anew.
  const STAYS = 20000;
  const isNews = (node) => node instanceof Element && node.matches(".done, .problem[role=alert]");
  const holdsBegun = (node) => node instanceof Element && [node, ...node.querySelectorAll("textarea, input, select")].some(isBegun);
  Idiomorph.defaults.callbacks.beforeNodeRemoved = (node) => !((isNews(node) && performance.now() < STAYS) || holdsBegun(node));

  // What is shown for a while is covered when the while is over, also where the server cannot say so: asked for anew, and left
  // altogether where that does not help.
  const PATIENCE = 10000;
  const ends = new WeakMap();
  const seconds = (part) => Number(part.dataset.seconds);

  const look = () => {
    for (const part of document.querySelectorAll("[data-seconds]")) {
      const known = ends.get(part);
      if (!known || known.seconds !== seconds(part)) ends.set(part, { seconds: seconds(part), at: Date.now() + seconds(part) * 1000 });
      const over = Date.now() - ends.get(part).at;
      if (over > PATIENCE) location.replace("/console/inbox");
      else if (over > 0) htmx.trigger("#live", "old");
    }
  };

  setInterval(look, 2000);
  document.addEventListener("visibilitychange", look);
  look();
})();
