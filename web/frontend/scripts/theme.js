// Runs before the first paint, so that a chosen theme never flashes the other. Nothing else belongs here.
const root = document.documentElement;
root.classList.add("js");
try {
  const theme = localStorage.getItem("theme");
  // An embedded part may have been given a theme by whoever embeds it.
  if (!("fixed" in root.dataset) && (theme === "dark" || theme === "light")) root.dataset.theme = theme;
} catch {
  // Storage may be forbidden: the system's preference decides.
}
