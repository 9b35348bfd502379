from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from query.ratings import MU, SIGMA, MatchPlayer, RatedMatch, Rating, rate, rate_all

AT = datetime(2026, 11, 2, 20, tzinfo=UTC)


def player(guid: str, team: str = "", kills: int = 1, deaths: int = 1, **more: object) -> MatchPlayer:
    made = {"guid": guid, "team": team, "is_bot": False, "kills": kills, "deaths": deaths, "played_s": 600.0}
    return MatchPlayer(**{**made, **more})  # type: ignore[arg-type]


def match(*players: MatchPlayer, winner: str = "", teams: bool = True, number: int = 0) -> RatedMatch:
    return RatedMatch(
        match_id=f"{number:032x}",
        ended_at=AT + timedelta(minutes=number),
        teams=teams,
        winner=winner,
        players=players,
    )


def test_the_winning_team_rises_and_the_other_falls_by_one_step_each() -> None:
    game = match(player("a", "allies"), player("b", "allies"), player("c", "axis"), winner="allies")
    changes = {change.guid: change for change in rate(game, {})}
    assert {guid: change.place for guid, change in changes.items()} == {"a": 1, "b": 1, "c": 2}
    assert changes["a"].before == (MU, SIGMA)
    assert changes["a"].after == changes["b"].after
    assert changes["a"].after.mu > MU > changes["c"].after.mu
    assert all(change.after.sigma < SIGMA for change in changes.values())


def test_teams_without_a_winner_draw() -> None:
    changes = rate(match(player("a", "allies"), player("c", "axis")), {})
    assert [change.after.mu for change in changes] == [MU, MU]
    assert [change.place for change in changes] == [1, 1]


def test_everybody_for_himself_is_placed_by_kills_then_by_fewer_deaths() -> None:
    game = match(
        player("first", kills=9), player("few deaths", kills=5, deaths=1), player("many deaths", kills=5, deaths=8),
        player("as many", kills=5, deaths=8), player("last", kills=0, deaths=3), teams=False,
    )  # fmt: skip
    changes = {change.guid: change for change in rate(game, {})}
    order = ["first", "few deaths", "many deaths", "last"]
    assert [changes[guid].place for guid in order] == [1, 2, 3, 4]
    assert changes["as many"].place == 3
    assert changes["as many"].after == changes["many deaths"].after
    mus = [changes[guid].after.mu for guid in order]
    assert mus == sorted(mus, reverse=True)


def test_bots_guests_and_those_who_did_nothing_are_not_rated() -> None:
    team = match(
        player("a", "allies"), player("c", "axis"), player("bot", "axis", is_bot=True),
        player("guest", "axis", played_s=59.9), player("watcher", "spectator"), player("nowhere"), winner="axis",
    )  # fmt: skip
    assert [change.guid for change in rate(team, {})] == ["a", "c"]
    single = match(player("a"), player("b"), player("idle", kills=0, deaths=0), teams=False)
    assert [change.guid for change in rate(single, {})] == ["a", "b"]


def test_a_match_without_two_sides_rates_nobody() -> None:
    for game in (
        match(), match(player("a", "axis"), player("b", "axis"), winner="axis"), match(player("a"), teams=False),
        match(player("a", "axis"), player("bot", "allies", is_bot=True), winner="axis"),
        match(*(player(str(n)) for n in range(257)), teams=False),
    ):  # fmt: skip
        assert rate(game, {}) == []


def test_who_leaves_a_losing_team_after_a_minute_loses_with_it() -> None:
    game = match(player("a", "allies"), player("left", "axis", played_s=61.0), winner="allies")
    assert rate(game, {})[1].after.mu < MU


def test_an_upset_moves_more_than_what_was_expected() -> None:
    known = {"good": Rating(32.0, 2.0), "weak": Rating(18.0, 2.0)}
    expected = rate(match(player("good", "allies"), player("weak", "axis"), winner="allies"), known)
    upset = rate(match(player("good", "allies"), player("weak", "axis"), winner="axis"), known)
    assert upset[1].after.mu - 18 > 5 * (expected[0].after.mu - 32) > 0


PLAYERS = st.builds(
    player,
    st.sampled_from("abcdefgh"),
    st.sampled_from(["allies", "axis", "", "spectator"]),
    st.integers(0, 40),
    st.integers(0, 40),
    is_bot=st.booleans(),
    played_s=st.floats(0, 3600),
)
MATCHES = st.lists(
    st.builds(
        lambda players, winner, teams: (players, winner, teams),
        st.lists(PLAYERS, max_size=8, unique_by=lambda one: one.guid),
        st.sampled_from(["allies", "axis", ""]),
        st.booleans(),
    ),
    max_size=12,
)


@given(MATCHES, st.randoms(use_true_random=False))
def test_ratings_are_the_same_to_the_last_digit_whatever_the_order_of_arrival(
    games: list[tuple[list[MatchPlayer], str, bool]], chance: random.Random
) -> None:
    made = [
        match(*players, winner=winner, teams=teams, number=n // 2)
        for n, (players, winner, teams) in enumerate(games)
    ]
    # Two that end together are told apart by their ids.
    named = [
        RatedMatch(
            match_id=f"{n:032x}",
            ended_at=one.ended_at,
            teams=one.teams,
            winner=one.winner,
            players=one.players,
        )
        for n, one in enumerate(made)
    ]
    shuffled = [
        RatedMatch(
            match_id=one.match_id, ended_at=one.ended_at, teams=one.teams, winner=one.winner,
            players=chance.sample(list(one.players), len(one.players)),
        )
        for one in chance.sample(named, len(named))
    ]  # fmt: skip
    told = [(one.match_id, changes) for one, changes in rate_all(named)]
    assert told == [(one.match_id, changes) for one, changes in rate_all(shuffled)]


@given(MATCHES)
def test_each_match_begins_where_the_one_before_ended(
    games: list[tuple[list[MatchPlayer], str, bool]],
) -> None:
    made = [match(*p, winner=w, teams=t, number=n) for n, (p, w, t) in enumerate(games)]
    latest: dict[str, Rating] = {}
    for _, changes in rate_all(made):
        for change in changes:
            assert change.before == latest.get(change.guid, Rating())
            assert 0 < change.after.sigma < change.before.sigma + 0.1
            latest[change.guid] = change.after
