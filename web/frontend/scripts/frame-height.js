// An embedded part tells its height to whoever frames it, and whoever frames it makes room.
const TYPE = "statline:height";
const LEAST_PX = 40;
const MOST_PX = 5000;

/** Inside a frame: tell the height now and whenever it changes. It is no secret, so it may go to any site. */
export function tellHeight() {
  if (!("embed" in document.documentElement.dataset) || window.parent === window) return;
  const tell = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    window.parent.postMessage({ type: TYPE, height }, "*");
  };
  new ResizeObserver(tell).observe(document.body);
}

/** Outside: listen only to this frame's own document, from its own origin, and only to a sane number. */
export function fitHeight(frame, origin, fitted) {
  addEventListener("message", (event) => {
    if (event.origin !== origin || event.source !== frame.contentWindow) return;
    const { type, height } = event.data ?? {};
    if (type !== TYPE || !Number.isFinite(height)) return;
    frame.height = String(Math.min(MOST_PX, Math.max(LEAST_PX, Math.ceil(height))));
    fitted?.(frame.height);
  });
}
