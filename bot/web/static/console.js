// Checkboxes of a list: all of them with one tick, how many are ticked, and ticks that stay when the list is renewed.
(() => {
  "use strict";

  const all = document.querySelector("[data-picks-all]");
  if (!all) return;
  const name = all.dataset.picksAll;
  const number = document.querySelector(`[data-picked="${name}"]`);
  const boxes = () => [...document.querySelectorAll(`input[type=checkbox][name="${name}"]`)];

  let ticked = new Set();

  const tell = () => {
    const every = boxes();
    ticked = new Set(every.filter((box) => box.checked).map((box) => box.value));
    all.checked = ticked.size > 0 && ticked.size === every.length;
    all.indeterminate = ticked.size > 0 && ticked.size < every.length;
    const text = String(ticked.size);
    if (number.textContent !== text) number.textContent = text;
  };

  document.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    if (event.target === all || event.target.name === name) tell();
  });

  // What the server sends knows nothing of the ticks.
  document.addEventListener("htmx:afterSwap", () => {
    for (const box of boxes()) box.checked = ticked.has(box.value);
    tell();
  });

  document.querySelector("[data-picking]").hidden = false;
  tell();
})();
