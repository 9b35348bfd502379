// The widget: <script async src="https://stats.example/embed.js" data-page="/player/42" data-part="weapons"></script>
// makes a frame where it stands and fits its height. data-theme, data-size, data-title: see docs/embeds.md.
import { fitHeight } from "./frame-height.js";

const script = document.currentScript;
const site = new URL(script.src).origin;

function address({ page = "/", part = "", theme = "", size = "" }) {
  // Only ever a page of the site that the script came from.
  const asked = new URL(page, site);
  const url = new URL(`/embed${asked.pathname === "/" ? "/front" : asked.pathname}`, site);
  url.search = asked.search;
  for (const [name, value] of Object.entries({ part, theme, size })) if (value) url.searchParams.set(name, value);
  return url.href;
}

const frame = document.createElement("iframe");
frame.src = address(script.dataset);
frame.title = script.dataset.title || "statline";
frame.loading = "lazy";
frame.height = "240";
Object.assign(frame.style, { width: "100%", border: "0", display: "block", colorScheme: "normal" });
fitHeight(frame, site);
script.after(frame);
