// What is played, as it happens. A part of the page with `data-stream` follows that event stream: scores and counts move at
// once, and htmx asks for the whole part again (event `stale`) when there is something new in it. While there is no
// stream it is asked for every few seconds.
//   <div data-stream="/api/v1/live/feed" hx-get="…" hx-trigger="stale">
//     <article data-live-match="<id>"> <b data-live="allies">3</b> <tr data-live-player="<guid>"> <td data-kills>…
// `data-follow="all"`: any change makes the part stale, not only what has no place in it yet.
import htmx from "htmx.org/dist/htmx.esm.js";

const ASK_MS = 5000;
const FIGURES = { allies: "allies_score", axis: "axis_score", kills: "kills", players: "player_count" };
const COUNTS = { "[data-kills]": "kills", "[data-deaths]": "deaths" };

const followers = new Map();

export function startLive(part) {
  const places = [...part.querySelectorAll("[data-stream]")];
  if (part.matches?.("[data-stream]")) places.push(part);
  for (const place of places) {
    const path = place.dataset.stream;
    if (!followers.has(path)) followers.set(path, new Follower(path));
    // The part may be a little older than what the stream said: then it is written into it, or asked for once more.
    const follower = followers.get(path);
    // A part that came anew knows nothing of the stream that others before it opened.
    if (follower.state) follower.say(follower.state);
    if (!follower.show()) follower.ask();
  }
}

class Follower {
  matches = new Map();
  lastId = "";
  state = "";
  asks = 0;
  timer = 0;

  constructor(path) {
    this.path = path;
    this.beat = setInterval(() => this.look(), ASK_MS);
    this.seen = () => this.whenSeen();
    document.addEventListener("visibilitychange", this.seen);
    this.open();
  }

  get place() {
    return document.querySelector(`[data-stream="${CSS.escape(this.path)}"]`);
  }

  open() {
    // After an answer that was no stream (503) the browser does not come back by itself: then we say where we were.
    const since = this.lastId ? `${this.path.includes("?") ? "&" : "?"}last_event_id=${encodeURIComponent(this.lastId)}` : "";
    this.source = new EventSource(this.path + since);
    const on = (name, act) =>
      this.source.addEventListener(name, (message) => {
        this.lastId = message.lastEventId || this.lastId;
        act(JSON.parse(message.data));
      });
    on("board", (board) => this.take(board.match, board.players));
    on("update", (board) => this.take(board.match, board.players));
    on("kills", (news) => this.take(news.match, []));
    on("start", () => this.ask());
    on("end", (match) => {
      this.take(match, []);
      this.ask();
    });
    this.source.addEventListener("open", () => this.say("open"));
    this.source.addEventListener("error", () => this.say("lost"));
  }

  /** Every few seconds: is anybody looking, and does the stream run? */
  look() {
    if (!this.place) this.end();
    else if (document.hidden) return;
    else if (this.source.readyState !== EventSource.OPEN) {
      this.request();
      if (this.source.readyState === EventSource.CLOSED) this.open();
    }
  }

  /** A page in the background holds no connection: a browser has few of them for one site. */
  whenSeen() {
    if (document.hidden) this.source.close();
    else {
      this.open();
      this.request();
    }
  }

  say(state) {
    this.state = state;
    const place = this.place;
    if (place) place.dataset.state = state;
  }

  take(match, players) {
    if (!document.querySelector(`[data-live-match="${CSS.escape(match.match_id)}"]`)) {
      this.ask();
      return;
    }
    const known = this.matches.get(match.match_id) ?? { players: new Map() };
    known.match = match;
    for (const player of players) known.players.set(player.guid, player);
    this.matches.set(match.match_id, known);
    if (!this.show() || this.place?.dataset.follow === "all") this.ask();
  }

  /** Write what is known into the page; false when somebody has no row yet. */
  show() {
    let isComplete = true;
    for (const place of document.querySelectorAll("[data-live-match]")) {
      const known = this.matches.get(place.dataset.liveMatch);
      // Who looks at an earlier moment of the match is not disturbed.
      if (!known || document.querySelector("[data-held]")) continue;
      for (const [name, field] of Object.entries(FIGURES)) {
        for (const figure of place.querySelectorAll(`[data-live="${name}"]`)) write(figure, known.match[field]);
      }
      const rows = new Map([...place.querySelectorAll("[data-live-player]")].map((row) => [row.dataset.livePlayer, row]));
      if (!rows.size) continue;
      for (const [guid, player] of known.players) {
        const row = rows.get(guid);
        if (!row) isComplete = isComplete && !player.is_present;
        else for (const [cell, field] of Object.entries(COUNTS)) writeMore(row.querySelector(cell), player[field]);
      }
    }
    return isComplete;
  }

  /** Ask for the part now and once more: the first answer may be a remembered one. */
  ask() {
    this.asks = 2;
    if (!this.timer) this.pump();
  }

  pump() {
    this.timer = 0;
    if (!this.asks) return;
    this.asks -= 1;
    this.request();
    this.timer = setTimeout(() => this.pump(), ASK_MS);
  }

  request() {
    const place = this.place;
    if (place) htmx.trigger(place, "stale");
  }

  end() {
    this.source.close();
    clearInterval(this.beat);
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.seen);
    followers.delete(this.path);
  }
}

function write(figure, value) {
  const text = String(value);
  if (figure.textContent === text) return;
  figure.textContent = text;
  // Restarted for every change.
  figure.classList.remove("is-new");
  void figure.offsetWidth;
  figure.classList.add("is-new");
}

/** Counts of a match only grow: a board that was made again never takes something back. */
function writeMore(cell, value) {
  if (cell && value > Number(cell.textContent)) write(cell, value);
}
