// With the chat's own button left out, the page itself says that a person of the study team has written.
document.addEventListener("trialchat:message", (event) => {
  if (event.detail.kind !== "person" || event.target.isOpen) return;
  document.querySelector("#news").textContent = "The study team has written to you.";
});

document.addEventListener("trialchat:open", () => {
  document.querySelector("#news").textContent = "";
});
