// The one script of every page: htmx, and what pages need beyond HTML. Pages work without it.
import htmx from "htmx.org/dist/htmx.esm.js";
import { startThemeToggle } from "./theme-toggle.js";
import { startTimes } from "./times.js";
import { startCharts } from "./chart-loader.js";
import { startSlowNote } from "./slow-note.js";
import { startLive } from "./live.js";
import { startShare } from "./share.js";
import { tellHeight } from "./frame-height.js";
import { holdLiveWhileScrubbed, startCourses } from "./course.js";

// Nothing is evaluated from markup and no styles are injected: the Content-Security-Policy forbids both.
Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  // Back loads the page again: charts and live parts start as on any other visit.
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollBehavior: "auto",
  timeout: 15000,
});

// Filters that are not set stay out of the address.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") return;
  for (const [name, value] of [...detail.formData.entries()]) if (value === "") detail.formData.delete(name);
});

startThemeToggle();
showCurrent();
startSlowNote();
tellHeight();
holdLiveWhileScrubbed();
// On a phone the navigation is wider than the window: the entry that one is at is in sight.
function showCurrent() {
  const current = document.querySelector(".nav [aria-current]");
  if (current) current.parentElement.scrollLeft = current.offsetLeft - current.parentElement.offsetLeft - 24;
}

// At start and for every part that htmx swaps in.
htmx.onLoad((part) => {
  startTimes(part);
  startCharts(part);
  startCourses(part);
  startShare(part);
  startLive(part);
});
