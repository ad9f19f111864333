/* Ctrl+Enter (or Command+Enter) in a box marked `data-ctrl-enter` sends its form; checks of the browser come first. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  if (!event.target.matches?.("[data-ctrl-enter]")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
