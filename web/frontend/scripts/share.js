// The page of lines to copy: its buttons, and the look at the embedded part at its own height.
import { fitHeight } from "./frame-height.js";

const COPIED_MS = 2000;

export function startShare(part) {
  for (const button of part.querySelectorAll("[data-copy]")) button.addEventListener("click", () => copy(button));
  const preview = part.querySelector("iframe.preview");
  if (!preview) return;
  const frameLine = document.getElementById("line-frame");
  fitHeight(preview, location.origin, (height) => {
    frameLine.value = frameLine.value.replace(/height="\d+"/, `height="${height}"`);
  });
}

async function copy(button) {
  const lines = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(lines.value);
    button.textContent = "Copied";
  } catch {
    // No clipboard without https: what is selected can be copied by hand.
    lines.select();
    button.textContent = "Selected";
  }
  setTimeout(() => (button.textContent = "Copy"), COPIED_MS);
}
