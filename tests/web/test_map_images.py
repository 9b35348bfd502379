"""The operator's pictures of maps: found by plain names only, and nothing else leaves their folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.web.conftest import Serve
from web.map_images import BYTES_MAX, Bounds, MapImages

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
JPEG = b"\xff\xd8\xff\xe0picture"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of pictures, with a secret beside it."""
    (tmp_path / "secret.png").write_bytes(PNG)
    made = tmp_path / "maps"
    (made / "dm").mkdir(parents=True)
    return made


def test_a_picture_is_found_by_the_whole_name_and_then_without_the_maps_folder(folder: Path) -> None:
    images = MapImages(str(folder))
    assert images.find("dm/mohdm6") is None
    (folder / "mohdm6.jpg").write_bytes(JPEG)
    assert images.read("dm/mohdm6") == ("image/jpeg", JPEG)
    (folder / "dm" / "mohdm6.png").write_bytes(PNG)
    assert images.read("dm/mohdm6") == ("image/png", PNG)
    found = images.find("dm/mohdm6")
    assert found is not None
    assert found.url.startswith("/map-image/dm%2Fmohdm6?v=")
    assert found.bounds is None


@pytest.mark.parametrize(
    "name", ["../secret", "dm/../../secret", "/secret", "dm/../mohdm6", "mohdm6.png", "", ".", "a" * 65, "mohdm6\x00", "dm\\x"]
)  # fmt: skip
def test_a_name_that_is_a_path_finds_nothing(name: str, folder: Path) -> None:
    (folder / "mohdm6.png").write_bytes(PNG)
    images = MapImages(str(folder))
    assert images.find(name) is None
    assert images.read(name) is None


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    (folder / "linked.png").symlink_to(folder.parent / "secret.png")
    (folder / "outside").symlink_to(folder.parent)
    images = MapImages(str(folder))
    assert images.read("linked") is None
    assert images.read("outside/secret") is None


def test_what_is_no_picture_or_too_large_stays_where_it_is(folder: Path) -> None:
    (folder / "page.png").write_bytes(b"<script>alert(1)</script>")
    with (folder / "large.png").open("wb") as file:
        file.write(PNG)
        file.truncate(BYTES_MAX + 1)
    images = MapImages(str(folder))
    assert images.read("page") is None
    assert images.read("large") is None
    assert images.find("large") is None


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        (json.dumps({"left": -10, "right": 20.5, "bottom": -30, "top": 40}), Bounds(-10, 20.5, -30, 40)),
        (json.dumps({"left": 20, "right": -10, "bottom": -30, "top": 40}), None),
        ('{"left": 1}', None),
        ('{"left": "x", "right": 2, "bottom": 3, "top": 4}', None),
        ("\x00", None),
    ],
)
def test_bounds_beside_a_picture_are_read_and_nonsense_is_passed_over(
    text: str, bounds: Bounds | None, folder: Path
) -> None:
    (folder / "mohdm6.webp").write_bytes(b"RIFF1234WEBP")
    (folder / "mohdm6.json").write_text(text)
    found = MapImages(str(folder)).find("mohdm6")
    assert found is not None
    assert found.bounds == bounds


async def test_a_picture_is_served_as_what_it_is_and_can_do_nothing(serve: Serve, folder: Path) -> None:
    (folder / "mohdm6.png").write_bytes(PNG)
    async with serve(map_images_dir=str(folder)) as served:
        answer = await served.get("/map-image/dm%2Fmohdm6")
        assert (answer.status, answer.body) == (200, PNG)
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        for path in ("/map-image/..%2Fsecret", "/map-image/unknown", "/map-image/%2e%2e/secret"):
            assert (await served.get(path)).status == 404


async def test_without_a_folder_no_map_has_a_picture(serve: Serve) -> None:
    async with serve() as served:
        assert (await served.get("/map-image/mohdm6")).status == 404
