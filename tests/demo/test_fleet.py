from __future__ import annotations

from collections import Counter

import pytest

from statline.demo.fleet import DemoOptions, DemoServer, Request, Spelling

FIXED_START_S = 1_790_000_000.0


def requests_of(options: DemoOptions, number: int = 0, spelling: Spelling | None = None) -> list[Request]:
    return [
        request for _, requests in DemoServer(options, number, spelling).matches() for request in requests
    ]


@pytest.mark.parametrize("spelling", ["json", "form", "stranger"])
def test_the_same_seed_gives_the_same_bytes(spelling: Spelling) -> None:
    options = DemoOptions(seed=11, players=8, matches=2, match_s=120.0, started_at_unix_s=FIXED_START_S)
    first, second = requests_of(options, spelling=spelling), requests_of(options, spelling=spelling)
    assert [request.body for request in first] == [request.body for request in second]


def test_another_seed_gives_another_match() -> None:
    one, other = (requests_of(DemoOptions(seed=seed, players=4, match_s=60.0)) for seed in (1, 2))
    assert [request.body for request in one] != [request.body for request in other]


def test_a_servers_bytes_do_not_depend_on_how_many_others_play() -> None:
    alone = requests_of(DemoOptions(seed=5, servers=1, players=4, match_s=60.0), spelling="json")
    among = requests_of(DemoOptions(seed=5, servers=3, players=4, match_s=60.0), spelling="json")
    assert [request.body for request in alone] == [request.body for request in among]


def test_no_two_lines_of_a_match_are_equal() -> None:
    lines = Counter(
        request.body for request in requests_of(DemoOptions(seed=5, match_s=180.0), spelling="form")
    )
    assert lines.most_common(1)[0][1] == 1


def test_the_number_of_events_ends_the_match_in_order() -> None:
    requests = requests_of(DemoOptions(seed=5, players=8, events_max=1000), spelling="form")
    types = [event.type for request in requests for event in request.events]
    assert 980 <= len(types) <= 1020
    assert types[-1] == "map_shutdown"
    assert types.index("match_end") < types.index("disconnect", types.index("match_end"))


def test_the_last_servers_use_the_legacy_form() -> None:
    options = DemoOptions(seed=5, servers=4, legacy_servers=1, players=2, match_s=30.0)
    starts = [requests_of(options, number)[0].body[:1] for number in range(4)]
    assert starts == [b"[", b"[", b"[", b"t"]


def test_a_slot_is_taken_again_under_the_same_guid_by_somebody_else() -> None:
    requests = requests_of(DemoOptions(seed=8, players=10, match_s=900.0))
    names: dict[object, set[object]] = {}
    for request in requests:
        for event in request.events:
            if event.type == "connect":
                fields = dict(event.fields)
                names.setdefault(fields["player_guid"], set()).add(fields["player_name"])
    assert any(len(seen) > 1 for guid, seen in names.items() if str(guid).startswith("unauth_"))
