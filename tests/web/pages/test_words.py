from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from web.pages import addresses, words


def test_numbers_are_grouped_and_the_unknown_is_a_dash() -> None:
    assert words.whole(1234567) == "1\u202f234\u202f567"
    assert words.whole(None) == words.fixed(None) == words.share(None) == "–"
    assert (words.fixed(1.836), words.share(37.46)) == ("1.84", "37.5%")
    assert [words.short(number) for number in (999, 12_400, 3_100_000)] == ["999", "12.4k", "3.1M"]


def test_durations_name_their_two_largest_units() -> None:
    assert [words.duration(s) for s in (-5, 48, 725, 15_130, 400_000)] == [
        "0 s", "48 s", "12 min", "4 h 12 min", "111 h",
    ]  # fmt: skip


def test_ranks_are_ordinals() -> None:
    assert [words.ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th",
    ]  # fmt: skip


def test_times_are_utc_for_machines_and_people() -> None:
    at = datetime(2026, 11, 25, 20, 5, tzinfo=timezone(timedelta(hours=2)))
    assert words.stamp(at) == "2026-11-25T18:05:00Z"
    assert words.moment(at) == "25 Nov 2026, 18:05 UTC"
    assert words.day(datetime(2026, 11, 5, tzinfo=UTC)) == "5 Nov"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"), (-59, "just now"), (-60, "1 minute ago"), (-7199, "1 hour ago"), (-86_400, "yesterday"),
        (-172_800, "2 days ago"), (-604_800, "last week"), (-2_629_800, "last month"), (-40_000_000, "last year"),
        (-70_000_000, "2 years ago"), (3700, "in 1 hour"), (90_000, "tomorrow"),
    ],
)  # fmt: skip
def test_how_long_ago_it_was_is_said_in_words(seconds: int, text: str) -> None:
    at = datetime(2026, 11, 25, tzinfo=UTC)
    assert words.ago(at + timedelta(seconds=seconds), at) == text


def test_a_sparkline_stays_within_its_box_and_needs_two_values() -> None:
    assert words.sparkline([1]) == ""
    assert words.sparkline([5, 5, 5]) == "M0.0 26.0L48.0 26.0L96.0 26.0"
    assert words.sparkline([0, 10]) == "M0.0 26.0L96.0 2.0"


def test_an_address_holds_any_name_in_one_segment() -> None:
    assert addresses.player("a/b?c#d%") == "/player/a%2Fb%3Fc%23d%25"
    assert addresses.game_map("obj/obj_team1") == "/map/obj%2Fobj_team1"
    assert (
        addresses.query_string({"stat": "kills", "map": "", "bots": False, "q": "a&b"})
        == "?stat=kills&q=a%26b"
    )
    assert addresses.query_string({}) == ""
