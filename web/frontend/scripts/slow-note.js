// Says that the network is slow or gone, instead of leaving a button that seems to do nothing.
const SLOW_AFTER_MS = 4000;

export function startSlowNote() {
  const note = document.querySelector(".slow-note");
  if (!note) return;
  let timer = 0;
  const show = (text) => {
    note.textContent = text;
    note.hidden = false;
  };
  const done = () => {
    clearTimeout(timer);
    note.hidden = true;
  };
  document.body.addEventListener("htmx:beforeRequest", () => {
    clearTimeout(timer);
    timer = setTimeout(() => show("The network is slow, still loading…"), SLOW_AFTER_MS);
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) done();
  });
  for (const failed of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.body.addEventListener(failed, () => {
      clearTimeout(timer);
      show("That could not be loaded. Check your connection and try again.");
    });
  }
}
