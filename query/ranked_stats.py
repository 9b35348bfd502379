"""The 40 stats a leaderboard can rank by (spec/openmohaa.md 4.2), and where each comes from.

A win is: in a game of two teams, the winner said by match_end (or the last team_win) is the player's last team; in
free-for-all, nobody has more kills when the match was said to have ended, and there was a kill. A match with such a
decision that is not won is lost. `games` are matches that were said to have ended, `rounds` the rounds of the matches
played, `playtime` seconds from the first to the last own event of each match.
"""

from __future__ import annotations

from typing import Final

KILLS: Final = "kills"
"""What an unknown stat ranks by, as in the original."""

DAY_STATS: Final = frozenset({
    "kills", "bot_kills", "total_kills", "deaths", "kd_ratio", "headshots", "accuracy", "shots_fired", "damage",
    "bash_kills", "grenade_kills", "roadkills", "telefrags", "crushed", "teamkills", "suicides", "reloads",
    "weapon_swaps", "no_ammo", "looter", "distance", "sprinted", "swam", "driven", "jumps", "crouch_time", "prone_time",
    "ladders", "health_picked", "ammo_picked", "armor_picked", "items_picked", "objectives",
})  # fmt: skip
"""Counted from events; columns of shared/player_stats.sql."""

MATCH_STATS: Final = frozenset(["wins", "team_wins", "ffa_wins", "losses", "rounds", "playtime", "games"])
"""Decided by whole matches; columns of shared/match_stats.sql."""

WEAPON_STATS: Final = frozenset({
    "kills", "bot_kills", "total_kills", "deaths", "kd_ratio", "headshots", "accuracy", "shots_fired", "damage",
    "teamkills", "suicides",
})  # fmt: skip
"""Those that are counted weapon by weapon, too; columns of shared/weapon_stats.sql."""

STATS: Final = DAY_STATS | MATCH_STATS

ALIASES: Final = {"kd": "kd_ratio"}
_FRACTIONS: Final = frozenset(
    ["kd_ratio", "accuracy", "damage", "distance", "sprinted", "swam", "driven", "playtime"]
)


def known_stat(name: str) -> str:
    """The stat meant by a name of a path or query; `kills` when nobody knows it."""
    lowered = name.strip().lower()
    stat = ALIASES.get(lowered, lowered)
    return stat if stat in STATS else KILLS


def is_whole(stat: str) -> bool:
    """Whether the stat counts things, so that its value is an integer."""
    return stat not in _FRACTIONS


def sample_of(stat: str) -> str:
    """What a minimum sample of the stat counts: shots for accuracy, matches for what they decide, else kills and deaths."""
    if stat in MATCH_STATS:
        return "matches_played"
    return "shots_fired" if stat == "accuracy" else "encounters"
