// Checkboxes of a list: all of them with one tick, how many are ticked, and ticks that stay when the list is renewed.
(() => {
  "use strict";

  const all = document.querySelector("[data-picks-all]");
  if (!all) return;
  const name = all.dataset.picksAll;
  const number = document.querySelector(`[data-picked="${name}"]`);
  const boxes = () => [...document.querySelectorAll(`input[type=checkbox][name="${name}"]`)];

  const tell = () => {
    const every = boxes();
    const ticked = every.filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === every.length;
    all.indeterminate = ticked > 0 && ticked < every.length;
    const text = String(ticked);
    if (number.textContent !== text) number.textContent = text;
  };

  document.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    if (event.target === all || event.target.name === name) tell();
  });

  // What the server sends knows nothing of the ticks: they are kept over the change.
  let kept = new Set();
  document.addEventListener("htmx:beforeSwap", () => {
    kept = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const box of boxes()) box.checked = kept.has(box.value);
    tell();
  });

  document.querySelector("[data-picking]").hidden = false;
  tell();
})();
