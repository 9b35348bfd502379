"""Who will win a match: a formula anybody can compute again (docs/answers.md), not a model.

    form of a player     (kills + 10) / (deaths + 10) over the 90 days before the match began; 1 for a stranger
    strength of a side   sum of its players' forms
    odds of the allies   strength(allies) / strength(axis) x (allies' score + 3) / (axis' score + 3)
    probability          odds / (1 + odds)

Where everybody plays alone a player's share is his form x (kills + 3), divided by the sum of everybody's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.matches import NAMED_MAX, PLAYERS, RESULT, Participant, participants, summary_row
from query.times import known
from schema.answers.match_reports import MatchPrediction, PredictedPlayer
from schema.gametypes import is_team_gametype

FORM_DAYS: Final = 90
FORM_PRIOR: Final = 10
"""Kills and deaths everybody is credited with: one lucky kill makes no champion."""
SCORE_PRIOR: Final = 3
FIGHTS_KNOWN: Final = 50
"""Kills and deaths after which a player counts as known."""
KEY_PLAYERS: Final = 5
TEAMS: Final = ("allies", "axis")

Row = Mapping[str, Any]
Forms = Mapping[str, Row]


async def predict(store: ClickHouse, id: str, game: str = MOHAA) -> MatchPrediction | None:
    """What the formula says of a match; None when nothing was ever heard of it."""
    row = await summary_row(store, id, game, parts=[PLAYERS, RESULT])
    if row is None:
        return None
    if row["player_count"] <= NAMED_MAX:
        players, fights = await asyncio.gather(
            participants(store, row, game), _fights(store, row["some_players"], row, game)
        )
    else:
        players = await participants(store, row, game)
        fights = await _fights(store, [one.guid for one in players], row, game)
    return _prediction(row, players, fights)


async def _fights(store: ClickHouse, guids: Sequence[str], row: Row, game: str) -> Forms:
    if not guids:
        return {}
    began_at = row["started_at"]
    parameters = {
        "game": game,
        "guids": list(guids),
        "from_day": (began_at - timedelta(days=FORM_DAYS)).date(),
        "to_day": began_at.date(),
    }
    return {row["player_guid"]: row for row in await store.rows("players_form", parameters)}


def _prediction(row: Row, players: Sequence[Participant], fights: Forms) -> MatchPrediction:
    in_teams = is_team_gametype(row["game_type"])
    forms = {one.guid: _form(fights.get(one.guid)) for one in players}
    allies = _allies_chance(row, players, forms) if in_teams else 0.0
    chances = {"allies": allies, "axis": 1 - allies} if in_teams else _shares(players, forms)
    predicted = [_player(one, forms, chances.get(one.team if in_teams else one.guid, 0.0)) for one in players]
    ranked = sorted(predicted, key=lambda one: (-one.form * (one.kills + SCORE_PRIOR), one.player_id))
    return MatchPrediction(
        match_id=row["match"],
        allies_win_prob=_percent(chances["allies"]) if in_teams else 0.0,
        axis_win_prob=_percent(chances["axis"]) if in_teams else 0.0,
        expected_winner=_favourite(chances, {one.guid: one.name for one in players}),
        confidence=_confidence(players, fights),
        is_finished=known(row["said_ended_at"]) is not None,
        winning_team=row["winner"],
        key_players=[one.player_name for one in ranked[:KEY_PLAYERS]],
        factors=_factors(row, players, forms) if in_teams else [],
        players=ranked,
    )


def _form(fights: Row | None) -> float:
    if fights is None:
        return 1.0
    return float((fights["kills"] + FORM_PRIOR) / (fights["deaths"] + FORM_PRIOR))


def _strength(team: str, players: Sequence[Participant], forms: Mapping[str, float]) -> float:
    return sum(forms[one.guid] for one in players if one.team == team)


def _allies_chance(row: Row, players: Sequence[Participant], forms: Mapping[str, float]) -> float:
    """Of an even match where nobody plays on either side; certain where only one side is there."""
    allies, axis = (_strength(team, players, forms) for team in TEAMS)
    if not allies and not axis:
        allies = axis = 1.0
    allies *= max(0, row["allies"]) + SCORE_PRIOR
    axis *= max(0, row["axis"]) + SCORE_PRIOR
    return float(allies / (allies + axis))


def _shares(players: Sequence[Participant], forms: Mapping[str, float]) -> dict[str, float]:
    weights = {one.guid: forms[one.guid] * (one.kills + SCORE_PRIOR) for one in players}
    whole = sum(weights.values())
    return {guid: weight / whole for guid, weight in weights.items()}


def _player(one: Participant, forms: Mapping[str, float], chance: float) -> PredictedPlayer:
    return PredictedPlayer(
        player_id=one.guid,
        player_name=one.name,
        team=one.team,
        kills=one.kills,
        form=round(forms[one.guid], 3),
        win_prob=_percent(chance),
    )


def _favourite(chances: Mapping[str, float], names: Mapping[str, str]) -> str:
    """Who is ahead; nobody when the first two are even."""
    ranked = sorted(chances, key=lambda who: -chances[who])
    if not ranked or (len(ranked) > 1 and chances[ranked[0]] == chances[ranked[1]]):
        return ""
    return names.get(ranked[0], ranked[0])


def _confidence(players: Sequence[Participant], fights: Forms) -> float:
    """The mean over the players of how well each is known, from 0 to 1."""
    known_parts = [
        min(1.0, (fights[one.guid]["kills"] + fights[one.guid]["deaths"]) / FIGHTS_KNOWN)
        for one in players
        if one.guid in fights
    ]
    return round(sum(known_parts) / len(players), 2) if players else 0.0


def _factors(row: Row, players: Sequence[Participant], forms: Mapping[str, float]) -> list[str]:
    allies, axis = (_strength(team, players, forms) for team in TEAMS)
    return [
        f"Score: allies {row['allies']}, axis {row['axis']}",
        f"Strength: allies {allies:.2f}, axis {axis:.2f}",
    ]


def _percent(chance: float) -> float:
    return round(chance * 100, 1)
