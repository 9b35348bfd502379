"""The registry of analysts: passwords kept as hashes, names unique among active ones, limits checked."""

from __future__ import annotations

import asyncio

import pytest

from postgres import analysts
from postgres.analysts import CHANNEL, Limits
from postgres.errors import AnalystRefused
from postgres.pool import Postgres
from schema.passwords import is_password, password_hash


async def test_an_added_analyst_is_active_with_his_limits_and_only_a_hash_of_his_password(
    postgres: Postgres,
) -> None:
    limits = Limits(5.0, 64 << 20, 10_000, 2)
    password = await analysts.add(postgres, "ann", limits)
    (found,) = await analysts.active(postgres)
    assert (found.name, found.limits) == ("ann", limits)
    assert password not in repr(found) + found.password_hash
    assert is_password(password, found.password_hash)
    assert not is_password(password + "x", found.password_hash)


async def test_a_name_is_taken_until_it_is_revoked(postgres: Postgres) -> None:
    first = await analysts.add(postgres, "ann", Limits())
    with pytest.raises(AnalystRefused, match="exists already"):
        await analysts.add(postgres, "ann", Limits())
    await analysts.revoke(postgres, "ann")
    assert await analysts.active(postgres) == []
    assert await analysts.add(postgres, "ann", Limits()) != first
    assert [entry.revoked_at is None for entry in await analysts.listed(postgres)] == [True, False]
    with pytest.raises(AnalystRefused, match="no active analyst"):
        await analysts.revoke(postgres, "bob")


@pytest.mark.parametrize("name", ["", "Ann", "1a", "a b", "a'b", "a" * 33, "äa"])
async def test_a_name_needs_no_quoting_anywhere(postgres: Postgres, name: str) -> None:
    with pytest.raises(AnalystRefused, match="a-z"):
        await analysts.add(postgres, name, Limits())


@pytest.mark.parametrize(
    "limits", [Limits(0.0), Limits(1.0, 1), Limits(1.0, 1 << 30, 10), Limits(1.0, 1 << 30, 10_000, 0)]
)
async def test_limits_that_let_nothing_through_are_refused(postgres: Postgres, limits: Limits) -> None:
    with pytest.raises(AnalystRefused, match="check constraint"):
        await analysts.add(postgres, "ann", limits)


async def test_a_change_is_heard(postgres: Postgres) -> None:
    heard = asyncio.Event()
    hearing = asyncio.create_task(postgres.listen(CHANNEL, heard.set))
    await asyncio.wait_for(heard.wait(), 60)  # connected
    heard.clear()
    await analysts.add(postgres, "ann", Limits())
    await asyncio.wait_for(heard.wait(), 60)
    hearing.cancel()


def test_equal_passwords_have_different_hashes_and_a_text_that_is_no_hash_fits_none() -> None:
    assert password_hash("x") != password_hash("x")
    for kept in ("", "x", "scrypt$1$2", "md5$1$1$1$00$00", "scrypt$a$b$c$d$e", "scrypt$16384$8$1$00$zz"):
        assert not is_password("x", kept)
