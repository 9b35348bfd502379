"""Everything about one player in depth (docs/statistics.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from query.player_fighting import COMBAT, MOVEMENT, combat, movement, stance
from query.player_rivals import rivals
from query.player_sums import Needs, basis, duels, things
from query.player_weapons import weapons_of
from query.players import guids_of, match_sums
from query.ratios import mean, metres, percent
from query.scope import EVERYTHING, Scope
from query.together import Asks, asking
from schema.answers.players_deep import DeepAccuracy, DeepInteraction, DeepSession, DeepStats, Pickup

DEEP: Final = Needs(
    (*COMBAT.counters, *MOVEMENT.counters, "stances", "ranges", "uses"),
    (*COMBAT.sequences, *MOVEMENT.sequences, "visits"),
)


async def deep_stats(store: Asks, guid: str, scope: Scope = EVERYTHING) -> DeepStats:
    """Everything in depth; zeros for a player nobody saw."""
    async with asking(store) as together:
        return await _deep_stats(together, await guids_of(together, guid, scope), scope)


async def _deep_stats(store: Asks, guids: Sequence[str], scope: Scope) -> DeepStats:
    (of, matches, picked), (weapons, (met, at_pelvis, name), by_stance) = await asyncio.gather(
        asyncio.gather(
            basis(store, guids, scope, DEEP),
            match_sums(store, guids, scope),
            things(store, guids, scope, "item"),
        ),
        asyncio.gather(
            weapons_of(store, guids, scope),
            rivals(store, guids, scope.game),
            duels(store, guids, scope, "stance"),
        ),
    )
    c, r, s = of.counters, of.results, of.sequences
    hits = c["shots_hit"]
    return DeepStats(
        guid=guids[0],
        name=name,
        combat=combat(of, at_pelvis),
        weapons=weapons,
        movement=movement(of),
        accuracy=DeepAccuracy(
            overall=percent(hits, c["shots_fired"]), head_hit_pct=percent(c["headshots"], hits),
            avg_distance=metres(mean(c["kill_distance"], c["distance_kills"])), shots_fired=c["shots_fired"], shots_hit=hits,
        ),
        session=DeepSession(
            playtime_hours=matches["playtime_s"] / 3600, matches_played=r.matches_played, wins=r.matches_won,
            win_rate=percent(r.matches_won, r.matches_played), sessions=s["sessions"],
            avg_session_mins=mean(s["sessions_ms"], s["sessions"]) / 60_000, longest_session_mins=s["longest_session_ms"] / 60_000,
        ),
        rivals=met,
        stance=stance(of.counters, by_stance),
        interaction=DeepInteraction(
            chat_messages=c["chat_messages"], vehicle_uses=c["vehicles_entered"], turret_uses=c["turrets_entered"],
            pickups=[Pickup(item_name=row["thing"], count=row["times"]) for row in picked],
        ),
    )  # fmt: skip


async def member_guid(store: Asks, smf_id: int, game: str) -> str | None:
    """The guid under which a forum member played last; None when nobody saw the member."""
    rows = await store.rows("player_of_member", {"game": game, "smf_id": smf_id})
    return str(rows[0]["player_guid"]) if rows and smf_id else None
