// The scrubber of a match: whatever has data-at comes into sight at that second, the scoreboard counts up to it.
const PLAY_MS = 20000;

export function startCourses(part) {
  for (const place of part.querySelectorAll("[data-course]")) startCourse(place);
}

function startCourse(place) {
  const { seconds, deaths } = JSON.parse(place.dataset.course);
  const scrub = place.querySelector("input[type=range]");
  const shown = place.querySelector("output");
  const play = place.querySelector("[data-play]");
  const root = place.closest("#match") ?? document;
  const events = [...root.querySelectorAll("[data-at]")];
  const rows = [...root.querySelectorAll("[data-player]")].map((row) => ({
    number: Number(row.dataset.player),
    cells: [row.querySelector("[data-kills]"), row.querySelector("[data-deaths]")],
  }));
  let last = [];
  const end = Number(scrub.max);
  let playing = 0;

  const show = () => {
    const at = Number(scrub.value);
    const isEnd = at >= end;
    // A match that is being played goes on until it is left for an earlier moment.
    if (!place.hasAttribute("data-held")) last = rows.map(({ cells }) => cells.map((cell) => cell.textContent));
    const text = clock(Math.min(at, seconds));
    shown.textContent = text;
    scrub.setAttribute("aria-valuetext", text);
    place.style.setProperty("--at", end ? at / end : 1);
    for (const event of events) event.classList.toggle("is-later", !isEnd && Number(event.dataset.at) > at);
    const counts = countsUntil(at);
    rows.forEach(({ number, cells }, index) => {
      cells[0].textContent = isEnd ? last[index][0] : (counts.kills.get(number) ?? 0);
      cells[1].textContent = isEnd ? last[index][1] : (counts.deaths.get(number) ?? 0);
    });
    // A match that is being played goes on by itself only while its newest moment is looked at.
    place.toggleAttribute("data-held", !isEnd);
  };
  const countsUntil = (at) => {
    const counts = { kills: new Map(), deaths: new Map() };
    for (const [second, killer, victim, isKill] of deaths) {
      if (second > at) break;
      if (isKill) counts.kills.set(killer, (counts.kills.get(killer) ?? 0) + 1);
      counts.deaths.set(victim, (counts.deaths.get(victim) ?? 0) + 1);
    }
    return counts;
  };
  const stop = () => {
    cancelAnimationFrame(playing);
    playing = 0;
    play.textContent = "▶";
    play.setAttribute("aria-label", "Play the match");
  };
  const start = () => {
    let at = Number(scrub.value) >= end ? 0 : Number(scrub.value);
    let before = performance.now();
    play.textContent = "❚❚";
    play.setAttribute("aria-label", "Pause");
    const step = (now) => {
      if (!place.isConnected) return;
      at += ((now - before) / PLAY_MS) * end;
      before = now;
      scrub.value = at;
      show();
      if (at >= end) stop();
      else playing = requestAnimationFrame(step);
    };
    playing = requestAnimationFrame(step);
  };
  scrub.addEventListener("input", () => {
    stop();
    show();
  });
  play.addEventListener("click", () => (playing ? stop() : start()));
}

// Scrubbing is not interrupted by what is new.
export function holdLiveWhileScrubbed() {
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("[data-stream]") && event.target.querySelector("[data-held]")) event.preventDefault();
  });
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
