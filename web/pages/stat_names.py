"""What people call the stats that leaderboards rank by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from query.ranked_stats import STATS

GROUPS: Final[Mapping[str, Mapping[str, str]]] = {
    "Fighting": {
        "kills": "Kills", "deaths": "Deaths", "kd_ratio": "K/D ratio", "headshots": "Headshots", "accuracy": "Accuracy",
        "damage": "Damage", "shots_fired": "Shots fired", "bash_kills": "Bash kills", "grenade_kills": "Grenade kills",
        "roadkills": "Roadkills", "telefrags": "Telefrags", "crushed": "Crushed", "teamkills": "Team kills",
        "suicides": "Suicides", "bot_kills": "Bots killed", "total_kills": "Kills with bots",
    },
    "Matches": {
        "wins": "Wins", "team_wins": "Team wins", "ffa_wins": "Free-for-all wins", "losses": "Losses", "games": "Games",
        "rounds": "Rounds", "objectives": "Objectives", "playtime": "Time played",
    },
    "Weapons and gear": {
        "reloads": "Reloads", "weapon_swaps": "Weapon swaps", "no_ammo": "Empty triggers", "looter": "Items looted",
        "health_picked": "Health picked up", "ammo_picked": "Ammo picked up", "armor_picked": "Armour picked up",
        "items_picked": "Items picked up",
    },
    "On the move": {
        "distance": "Distance", "sprinted": "Sprinted", "swam": "Swum", "driven": "Driven", "jumps": "Jumps",
        "crouch_time": "Crouches", "prone_time": "Times prone", "ladders": "Ladders",
    },
}  # fmt: skip
"""Group -> stat -> its name, of every stat that can be ranked by."""

STAT_NAMES: Final[Mapping[str, str]] = {
    stat: name for group in GROUPS.values() for stat, name in group.items() if stat in STATS
}


def stat_name(stat: str) -> str:
    """The name of a stat; one without a name by its own."""
    return STAT_NAMES.get(stat, stat.replace("_", " ").capitalize())


def stat_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """(group, [(stat, name)]) of every stat, those without a group at the end."""
    grouped = [(name, list(stats.items())) for name, stats in GROUPS.items()]
    others = sorted(STATS - STAT_NAMES.keys())
    return [*grouped, ("More", [(stat, stat_name(stat)) for stat in others])] if others else grouped
