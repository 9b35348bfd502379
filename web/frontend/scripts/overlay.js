// The overlay: follows one event stream and shows what it says. Names go in as text, never as markup.
const root = document.getElementById("overlay");
const parts = new Set(root.dataset.parts.split(" "));
const rowsMax = Number(root.dataset.rows);
const feedMs = Number(root.dataset.seconds) * 1000;
const LINES_MAX = 8;
const TEAMS = ["allies", "axis"];
const TEAM_NAMES = { allies: "Allies", axis: "Axis" };
const HOW = { suicide: "died by own hand", world: "died", team_kill: "killed a comrade," };

const state = { match: null, players: new Map(), lastKill: 0 };

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

// A class only for words we know: a team's name comes from the game.
const teamClass = (team) => (TEAMS.includes(team) ? team : "");

function begin(board) {
  if (state.match?.match_id !== board.match.match_id) {
    state.lastKill = 0;
    document.getElementById("feed").replaceChildren();
  }
  state.players = new Map();
  change(board);
}

function change(part) {
  state.match = part.match;
  for (const player of part.players) state.players.set(player.guid, player);
  showScore();
  showBoard();
  // Newest first on the wire, newest last on the screen.
  for (const kill of [...part.kills].reverse()) showKill(kill);
}

function showScore() {
  const match = state.match;
  const score = document.getElementById("score");
  score.hidden = !parts.has("score");
  const place = element("div", "place", element("bdi", "", match.server_name), element("bdi", "", match.map_title));
  const over = match.state === "ended" ? [element("div", "state", winner(match))] : [];
  if (match.team_match) {
    const points = element("div", "points", `${match.allies_score} – ${match.axis_score}`);
    const [allies, axis] = TEAMS.map((team) => element("div", `team ${team}`, TEAM_NAMES[team]));
    score.replaceChildren(place, ...over, allies, points, axis);
  } else {
    score.replaceChildren(place, ...over);
  }
}

function winner(match) {
  const name = TEAM_NAMES[match.winning_team];
  return name ? `${name} win` : "Match over";
}

function showBoard() {
  const board = document.getElementById("board");
  board.hidden = !parts.has("board");
  const players = [...state.players.values()].filter((player) => player.is_present).sort(byScore);
  const teams = state.match.team_match;
  board.classList.toggle("teams", teams);
  const sides = teams ? TEAMS.map((team) => side(players.filter((player) => player.team === team), team)) : [side(players, "")];
  board.replaceChildren(...sides);
}

const byScore = (one, other) => other.score - one.score || one.deaths - other.deaths || one.name.localeCompare(other.name);

function side(players, team) {
  const names = ["Player", "K", "D"].map((name) => {
    const head = element("th", "", name);
    head.scope = "col";
    return head;
  });
  const body = element("tbody", "", ...players.slice(0, rowsMax).map(row));
  const table = element("table", "", element("thead", "", element("tr", "", ...names)), body);
  return element("div", team ? `side of-${team}` : "side", table);
}

function row(player) {
  const name = element("td", teamClass(player.team), element("bdi", "", player.name));
  if (player.streak >= 3) name.append(element("span", "streak", ` ×${player.streak}`));
  const numbers = [player.kills + player.bot_kills, player.deaths].map((value) => element("td", "", String(value)));
  return element("tr", "", name, ...numbers);
}

function showKill(kill) {
  if (kill.n <= state.lastKill) return;
  state.lastKill = kill.n;
  const leftMs = feedMs - Math.max(0, Date.now() - Date.parse(kill.at));
  if (!parts.has("feed") || leftMs <= 0) return;
  const feed = document.getElementById("feed");
  feed.hidden = false;
  const line = element("li", "", ...words(kill));
  feed.append(line);
  while (feed.children.length > LINES_MAX) feed.firstElementChild.remove();
  setTimeout(() => line.remove(), leftMs);
}

function words(kill) {
  const victim = element("bdi", `who ${teamClass(kill.victim_team)}`, kill.victim_name || "somebody");
  if (kill.kind === "world" || kill.kind === "suicide") return [victim, element("span", "with", HOW[kill.kind])];
  const killer = element("bdi", `who ${teamClass(kill.killer_team)}`, kill.killer_name || "somebody");
  const weapon = HOW[kill.kind] ?? (kill.weapon || "killed");
  const how = element("span", kill.headshot ? "with headshot" : "with", kill.headshot ? `${weapon} · headshot` : weapon);
  return [killer, how, victim];
}

function follow() {
  const stream = new EventSource(root.dataset.stream);
  const on = (name, act) => stream.addEventListener(name, (message) => act(JSON.parse(message.data)));
  on("board", begin);
  on("update", change);
  on("end", (match) => {
    state.match = match;
    showScore();
  });
  // The browser comes back by itself after a lost connection; not after an answer that was no stream (503).
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 5000);
  });
}

follow();
