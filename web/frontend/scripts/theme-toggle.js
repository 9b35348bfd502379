// The button that changes between dark and light; charts hear of it by the event "themechange".
export function startThemeToggle() {
  const button = document.querySelector(".theme-toggle");
  if (!button) return;
  const light = matchMedia("(prefers-color-scheme: light)");
  const current = () => document.documentElement.dataset.theme ?? (light.matches ? "light" : "dark");
  const say = () => {
    button.setAttribute("aria-label", current() === "dark" ? "Change to the light theme" : "Change to the dark theme");
    dispatchEvent(new Event("themechange"));
  };
  button.addEventListener("click", () => {
    const next = current() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem("theme", next);
    } catch {
      // Kept for this page only.
    }
    say();
  });
  light.addEventListener("change", say);
  say();
}
