"""One player: totals, weapons, maps, matches, names. A player nobody ever saw has zeros, not an error."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.periods import EVER
from query.ratios import kd_ratio, metres, percent, points
from query.results import ALONE, IN_TEAM, LOST, WON, Results, add_up, divide, matches_of
from query.scope import EVERYTHING, Scope
from query.standings import places
from query.times import known
from query.together import FIGURES, Asks, asking, divided
from schema.answers.players import NamedPlayer, PlayerMap, PlayerMatch, PlayerPage, PlayerStats, PlayerWeapon
from schema.answers.words import UNKNOWN_PLAYER, UNKNOWN_SERVER

WEAPONS_MAX: Final = 200
MAPS_MAX: Final = 200
TOP_MAPS: Final = 5
MATCHES: Final = 50
MATCHES_MAX: Final = 100
RECENT_MATCHES: Final = 10
PERFORMANCE_MATCHES: Final = 20
COUNTED: Final = ("fights", "ways", "stances", "moves")
"""The groups of player_counters.sql that a player's page shows."""

Names = Mapping[str, str]
Row = Mapping[str, Any]

_TAG = re.compile(
    r"^\s*[\[({<|=]{1,2}([^\[\](){}<>|=]{1,10})[\])}>|=]{1,2}|[\[({<|=]{1,2}([^\[\](){}<>|=]{1,10})[\])}>|=]{1,2}\s*$"
)
_SLOT = re.compile(r"unauth_\d{1,4}")


async def player_guid(store: Asks, guid: str, game: str = MOHAA) -> str:
    """The guid meant by a path: a bare `unauth_3` is the player last seen on that slot (spec/openmohaa.md 2.6)."""
    if not _SLOT.fullmatch(guid):
        return guid
    rows = await store.rows("player_of_slot", {"game": game, "slot_prefix": f"{guid}@"})
    return str(rows[0]["player_guid"]) if rows else guid


def clan_tag(name: str) -> str:
    """`ABC` of `[ABC]Name`, `|ABC| Name` or `Name {ABC}`; empty without brackets."""
    found = _TAG.search(name)
    return (found[1] or found[2]).strip() if found else ""


async def player_names(store: Asks, guids: Sequence[str], game: str = MOHAA) -> dict[str, str]:
    """The last name of each of these players; "Unknown Soldier" for those without one."""
    names = dict.fromkeys(guids, UNKNOWN_PLAYER)
    if guids:
        rows = await store.rows("player_names_of", {"game": game, "guids": list(guids)})
        names.update((row["player_guid"], row["player_name"]) for row in rows if row["player_name"])
    return names


async def player_by_name(store: ClickHouse, name: str, game: str = MOHAA) -> NamedPlayer | None:
    """Who bears or bore this name: spelt exactly so, else whatever its case; the one seen last with it. None: nobody."""
    rows = await store.rows("player_by_name", {"game": game, "name": name})
    return NamedPlayer(guid=rows[0]["player_guid"], name=rows[0]["player_name"]) if rows else None


async def guids_of(store: Asks, guid: str, asked: Scope = EVERYTHING) -> list[str]:
    """The game ids of the person meant by a path. One for now: who links several, answers them all here."""
    return [await player_guid(store, guid, asked.game)]


async def player_page(
    store: ClickHouse, guid: str, server_names: Names, asked: Scope = EVERYTHING
) -> PlayerPage:
    """Everything about a player, as `player` and at the top level.

    A scope decides what is counted; name, rank, rating and when he was seen are those of all time. Its weapon picks among
    the weapons.
    """
    guids = await guids_of(store, guid, asked)
    # Here, since the boards of ratings import the names of players.
    from query.rating_boards import player_ratings

    played_in = _ever_played if asked.anywhere and asked.period == EVER else _played
    async with asking(store) as together:
        counted, (decided, maps, matches), rank, ratings, weapons = await asyncio.gather(
            _counted(together, guids, asked),
            played_in(together, guids, server_names, asked),
            _rank(together, guids, asked.game),
            player_ratings(store, guids, asked.game),
            _weapons(together, guids, asked),
        )
    rating = ratings.get(guids[0])
    totals = {**counted, **decided, "rank": rank, "elo": rating.elo if rating else None}
    stats = _stats(guids[0], totals, weapons, maps, matches)
    return PlayerPage(player=stats, **msgspec.structs.asdict(stats))


async def _played(
    store: Asks, guids: Sequence[str], server_names: Names, asked: Scope
) -> tuple[Row, list[PlayerMap], list[PlayerMatch]]:
    """What his matches add up to, the maps he plays most, and the last matches, newest first."""
    return await asyncio.gather(
        match_sums(store, guids, asked),
        _maps(store, guids, asked, TOP_MAPS),
        _matches(store, guids, server_names, asked, limit=PERFORMANCE_MATCHES),
    )


async def _ever_played(
    store: Asks, guids: Sequence[str], server_names: Names, asked: Scope
) -> tuple[Row, list[PlayerMap], list[PlayerMatch]]:
    """The same of all time, where no period divides a match: one statement for the three, whose planning is most of what they cost."""
    bound = {**asked.parameters(), "guids": list(guids)}
    matches = await matches_of(store, bound, "shown", ever=_ever_known)
    whole = add_up(matches)
    if not whole.is_all or any(match["maps"] > 1 for match in matches):
        return await _played(store, guids, server_names, asked)
    on_maps = [_on_map(name, there) for name, there in divide(matches, "map").items() if name]
    on_maps.sort(key=lambda one: (-one.matches_played, one.map_name))
    # Of those he entered at once the one with the smaller id comes first.
    recent = sorted(matches, key=lambda match: match["id"])
    recent.sort(key=lambda match: match["his_first"], reverse=True)
    return (
        _summed(whole),
        on_maps[:TOP_MAPS],
        [_shown(match, server_names) for match in recent[:PERFORMANCE_MATCHES]],
    )


def _on_map(name: str, matches: Sequence[Row]) -> PlayerMap:
    figures = ("kills", "bot_kills", "deaths", "headshots")
    results = add_up(matches)
    return _map(
        {
            "map_name": name,
            "matches_played": results.matches_played,
            "matches_won": results.matches_won,
            **{figure: sum(match[figure] for match in matches) for figure in figures},
        }
    )


def _shown(match: Row, server_names: Names) -> PlayerMatch:
    """A match as player_matches.sql tells it."""
    return _match(
        {
            **match, "match_id": str(match["id"]), "map_name": match["map"], "gametype": match["his_kind"],
            "server_id": match["server"], "team": match["last_team"], "started_at": match["began"],
            "allies_score": match["allies"], "axis_score": match["axis"],
        },
        server_names,
    )  # fmt: skip


async def _rank(store: Asks, guids: Sequence[str], game: str) -> int:
    """The place by kills of all time, of the first of these ids; 0: bots, and who has no kill, have none."""
    known = {row["player_guid"]: row for row in await _known(store, guids, game)}
    his = known.get(guids[0])
    if his is None or his["is_bot"] or not his["kills"]:
        return 0
    kept = await places(store, guids[0], {"kills": float(his["kills"])}, Scope(game=game))
    if kept:
        return kept["kills"].before + 1
    [row] = await store.rows("player_rank", {"game": game, "guid": guids[0]})
    return int(row["before"]) + 1


async def _known(store: Asks, guids: Sequence[str], game: str) -> Sequence[Row]:
    """What views counted of these ids of all time, a row for each that was ever seen."""
    ever = {**EVERYTHING.parameters(), "game": game, "guids": list(guids)}
    return await store.rows("player_totals", ever)


async def _ever_known(store: Asks, bound: Row) -> Row:
    rows = await _known(store, bound["guids"], bound["game"])
    return rows[0] if rows else {}


async def _counted(store: Asks, guids: Sequence[str], asked: Scope) -> Row:
    """What views counted in the scope, with the name and the times of all time; nothing of a player nobody saw."""
    known = await _known(store, guids, asked.game)
    if not known:
        return {}
    # The name under which he was seen last goes before those of his other ids.
    known = sorted(known, key=lambda row: row["last_seen"], reverse=True)
    if len(known) == 1 and asked.anywhere and asked.period == EVER:
        return known[0]
    person = {
        "player_name": known[0]["player_name"],
        "is_bot": all(row["is_bot"] for row in known),
        "smf_id": max(row["smf_id"] for row in known),
        "first_seen": min(row["first_seen"] for row in known),
        "last_seen": known[0]["last_seen"],
    }
    bound = {**asked.parameters(), "guids": list(guids), "figures": COUNTED}
    counters = await divided(store, "player_counters", bound, "")
    return {**(counters[0] if counters else {}), **person}


async def match_sums(store: Asks, guids: Sequence[str], asked: Scope) -> Row:
    """How many matches were played, finished, won and lost, and for how long (`playtime_s`), of all game ids together."""
    bound = {**asked.parameters(), "guids": list(guids)}
    results = add_up(await matches_of(store, bound))
    if results.is_all:
        return _summed(results)
    # Hardly anybody has a match of more than six hours, and to count the hours of each costs everybody as much as all the rest.
    rows = await store.rows("player_match_totals", bound)
    # Of none: 0, for the counters know matches too, those in which he was seen and not those that began.
    summed: dict[str, Any] = {"matches_played": 0}
    for row in rows:
        for name, value in row.items():
            if name != "player_guid":
                summed[name] = summed.get(name, 0) + value
    return summed


def _summed(results: Results) -> Row:
    """As `match_sums` tells it."""
    return {
        "matches_played": results.matches_played,
        "games": results.games,
        "wins": results.matches_won,
        "losses": results.matches_lost,
        "playtime_s": results.playtime_s,
    }


async def player_weapons(store: Asks, guid: str, asked: Scope = EVERYTHING) -> list[PlayerWeapon]:
    """What a player did with each weapon he used, most kills first. Of a place or of hours: from settled matches only."""
    return await _weapons(store, await guids_of(store, guid, asked), asked)


async def _weapons(store: Asks, guids: Sequence[str], asked: Scope) -> list[PlayerWeapon]:
    if asked.by_days:
        bound = {**asked.parameters(), "guids": list(guids), "rows_max": WEAPONS_MAX}
        return [_weapon(row) for row in await store.rows("player_weapons", bound)]
    # Here, since answers in depth import the names of players.
    from query.player_weapons import weapons_of

    return [
        _weapon(
            {
                **msgspec.structs.asdict(weapon),
                "weapon": weapon.name,
                "shots_fired": weapon.shots,
                "shots_hit": weapon.hits,
            }
        )
        for weapon in (await weapons_of(store, guids, asked))[:WEAPONS_MAX]
    ]


async def player_maps(
    store: Asks, guid: str, asked: Scope = EVERYTHING, *, limit: int = MAPS_MAX
) -> list[PlayerMap]:
    """What a player did on each map, most matches first."""
    return await _maps(store, await guids_of(store, guid, asked), asked, limit)


async def _maps(store: Asks, guids: Sequence[str], asked: Scope, limit: int) -> list[PlayerMap]:
    bound = {**asked.parameters(), "guids": list(guids), FIGURES: [ALONE], "rows_max": limit}
    rows = await store.rows("player_maps", bound)
    return [_map(row) for row in rows]


async def player_matches(
    store: Asks,
    guid: str,
    server_names: Names,
    asked: Scope = EVERYTHING,
    *,
    limit: int = MATCHES,
    offset: int = 0,
) -> list[PlayerMatch]:
    """The matches of a player, newest first. `server_names`: server_id -> name.

    A match belongs to the period in which he was first seen in it.
    """
    guids = await guids_of(store, guid, asked)
    return await _matches(store, guids, server_names, asked, limit=limit, offset=offset)


async def _matches(
    store: Asks,
    guids: Sequence[str],
    server_names: Names,
    asked: Scope,
    *,
    limit: int,
    offset: int = 0,
) -> list[PlayerMatch]:
    rows = await store.rows(
        "player_matches",
        {
            **asked.parameters(),
            "guids": list(guids),
            FIGURES: [ALONE],
            "page_rows": limit,
            "skip_rows": offset,
        },
    )
    return [_match(row, server_names) for row in rows]


def _weapon(row: Row) -> PlayerWeapon:
    return PlayerWeapon(
        weapon=row["weapon"],
        name=row["weapon"],
        weapon_name=row["weapon"],
        kills=row["kills"],
        player_kills=row["kills"],
        bot_kills=row["bot_kills"],
        deaths=row["deaths"],
        damage=points(row["damage"]),
        headshots=row["headshots"],
        shots_fired=row["shots_fired"],
        shots_hit=row["shots_hit"],
        shots=row["shots_fired"],
        hits=row["shots_hit"],
        accuracy=percent(row["shots_hit"], row["shots_fired"]),
    )


def _map(row: Row) -> PlayerMap:
    return PlayerMap(
        map_name=row["map_name"],
        kills=row["kills"],
        player_kills=row["kills"],
        bot_kills=row["bot_kills"],
        deaths=row["deaths"],
        headshots=row["headshots"],
        matches_played=row["matches_played"],
        matches_won=row["matches_won"],
        kd_ratio=kd_ratio(row["kills"], row["deaths"]),
    )


def _match(row: Row, server_names: Names) -> PlayerMatch:
    began_s = int(row["started_at"].timestamp())
    team_game = row["outcome"] in IN_TEAM or row["allies_score"] or row["axis_score"]
    won, lost = row["outcome"] in WON, row["outcome"] in LOST
    return PlayerMatch(
        id=row["match_id"],
        match_id=row["match_id"],
        map_name=row["map_name"],
        gametype=row["gametype"],
        server_id=row["server_id"],
        server_name=server_names.get(row["server_id"], UNKNOWN_SERVER),
        team=row["team"],
        kills=row["kills"],
        bot_kills=row["bot_kills"],
        deaths=row["deaths"],
        headshots=row["headshots"],
        kd=kd_ratio(row["kills"], row["deaths"]),
        started_at=row["started_at"],
        ended_at=row["last_event_at"],
        date=began_s,
        played_at=began_s,
        result="win" if won else "loss" if lost else "",
        won=won,
        score=f"{row['allies_score']}-{row['axis_score']}" if team_game else "",
    )


def _stats(
    guid: str,
    totals: Row,
    weapons: list[PlayerWeapon],
    maps: list[PlayerMap],
    matches: list[PlayerMatch],
) -> PlayerStats:
    """`totals` holds the columns of player_totals.sql and what `match_sums` tells, or nothing; `matches` newest first."""

    def count(column: str) -> int:
        return int(totals.get(column, 0))

    def units(column: str) -> float:
        return float(totals.get(column, 0.0))

    name = totals.get("player_name") or UNKNOWN_PLAYER
    kills, playtime_s = count("kills"), round(units("playtime_s"), 3)
    return PlayerStats(
        guid=guid,
        name=name,
        player_name=name,
        is_bot=bool(totals.get("is_bot", False)),
        verified=count("smf_id") > 0,
        kills=kills,
        bot_kills=count("bot_kills"),
        total_kills=kills + count("bot_kills"),
        deaths=count("deaths"),
        total_deaths=count("deaths"),
        world_deaths=count("world_deaths"),
        kd_ratio=kd_ratio(kills, count("deaths")),
        headshots=count("headshots"),
        total_headshots=count("headshots"),
        headshot_percent=percent(count("headshots"), kills),
        accuracy=percent(count("shots_hit"), count("shots_fired")),
        shots_fired=count("shots_fired"),
        shots_hit=count("shots_hit"),
        damage_dealt=points(units("damage_dealt")),
        total_damage=points(units("damage_dealt")),
        damage_taken=points(units("damage_taken")),
        suicides=count("suicides"),
        team_kills=count("team_kills"),
        bash_kills=count("all_bash_kills"),
        grenade_kills=count("grenade_kills"),
        torso_kills=count("torso_kills"),
        limb_kills=count("limb_kills"),
        standing_kills=count("standing_kills"),
        crouching_kills=count("crouching_kills"),
        prone_kills=count("prone_kills"),
        matches_played=count("matches_played"),
        matches_won=count("wins"),
        wins=count("wins"),
        losses=count("losses"),
        games_finished=count("games"),
        win_rate=percent(count("wins"), count("matches_played")),
        playtime=playtime_s,
        playtime_seconds=playtime_s,
        playtime_minutes=round(playtime_s / 60, 2),
        kills_per_minute=kills / playtime_s * 60 if playtime_s else 0.0,
        distance_traveled=metres(sum(units(way) for way in ("walked", "sprinted", "swam", "driven"))),
        jumps=count("jumps"),
        first_seen=known(totals["first_seen"]) if totals.get("first_seen") else None,
        last_seen=known(totals["last_seen"]) if totals.get("last_seen") else None,
        weapons=weapons,
        maps=maps,
        performance=matches[::-1],
        recent_matches=matches[:RECENT_MATCHES],
        achievements=[],
        rank=count("rank"),
        elo=totals.get("elo"),
        clan_tag=clan_tag(name),
    )
