"""Everything about one match in one answer (spec/openmohaa.md 4.3, 7.5)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.match_events import told, versus
from query.match_moments import moments
from query.matches import duration_s, ended_at, scoreboard, summary_row
from query.times import known
from schema.answers.match_reports import MatchInfo, MatchReport
from schema.answers.words import UNKNOWN_SERVER
from schema.gametypes import is_team_gametype

Names = Mapping[str, str]
Row = Mapping[str, Any]


async def match_report(
    store: ClickHouse, id: str, server_names: Names, game: str = MOHAA
) -> MatchReport | None:
    """The report of a match by its UUID or wire id; None when nothing was ever heard of it."""
    row = await summary_row(store, id, game)
    if row is None:
        return None
    players, (timeline, deaths, weapons) = await asyncio.gather(
        scoreboard(store, row, game), told(store, row, game)
    )
    return MatchReport(
        match_id=row["match"],
        match_wire_id=row["wire_id"],
        map_name=row["map"],
        game_mode=row["game_type"],
        gametype=row["game_type"],
        server_id=row["server"],
        server_name=server_names.get(row["server"], UNKNOWN_SERVER),
        started_at=row["started_at"],
        ended_at=ended_at(row),
        duration=duration_s(row),
        is_finished=known(row["said_ended_at"]) is not None,
        team_match=is_team_gametype(row["game_type"]),
        winning_team=row["winner"],
        allies_score=row["allies"],
        axis_score=row["axis"],
        total_kills=row["total_kills"],
        info=_info(row, server_names),
        timeline=timeline,
        versus=versus(players, deaths),
        top_weapons=weapons,
        players=players,
        moments=moments(deaths),
    )


def _info(row: Row, server_names: Names) -> MatchInfo:
    return MatchInfo(
        match_id=row["wire_id"] or row["match"],
        server_id=row["server"],
        server_name=server_names.get(row["server"], UNKNOWN_SERVER),
        map_name=row["map"],
        gametype=row["game_type"],
        allies_score=row["allies"],
        axis_score=row["axis"],
        player_count=row["player_count"],
        max_players=row["places"],
        round_number=row["round_count"],
        started_at=row["started_at"],
    )
