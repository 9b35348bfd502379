"""docs/events.md from the vocabulary's data: `python -m schema.document > docs/events.md`. A test keeps it true."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping

from schema.catalogue import EVENT_TYPES, SOURCES, EventType
from schema.columns import COLUMNS
from schema.fields import FIELD_TYPES, FIELDS
from schema.gametypes import API_GAMETYPES, GAMETYPES
from schema.hit_locations import BY_NUMBER as HIT_LOCATIONS
from schema.hit_locations import GROUPS
from schema.means_of_death import BY_NUMBER as MEANS_OF_DEATH
from schema.refusals import RefusalReason
from schema.teams import BY_NUMBER as TEAMS
from schema.weapons import CLASSES, WEAPONS
from schema.words import WORDS

_HEAD = """# Events

<!-- Made by `python -m schema.document > docs/events.md` from schema/*.toml; do not edit. -->

What OpenMOHAA servers send and what statline makes of it. Every type and every field is accepted: one that is not
listed here is kept as it came, its fields as attributes. Only an event without a type is refused.

{count} types, {listed} of them in the list of 67 (●), which is a reconstruction: no source enumerates it.
Who sends a type: {sources}.
"""

_RULES = """## How a field finds its place

- A field fills a column of `raw_events`, or becomes an attribute (a text under the canonical name).
- Where one thing has several spellings, the first non-empty one in the order given here wins. Another one that
  differs from it is kept as an attribute under its own name; an equal one is dropped.
- Of a key repeated in a form line the first value counts, in a JSON object the last.
- Numbers may come as text. What is no number, or not finite, is 0; "28.5" is 28 for a whole number; a negative number
  is 0 where none can be; larger values than the column holds are cut to its bounds.
- Names lose their colour codes (`^` and one digit). Attributes of teams and game words are folded as the columns are;
  numbers lose zeros that say nothing (`100.000` is `100`), `1 t true` and `0 f false` become `true` and `false`.
- A timestamp from 1577836800 on is Unix seconds, below it seconds since map load; ISO-8601 text is read too. Any other
  text stays as the attribute `timestamp`.
- Bounds: text of a column 256 characters, a type or an attribute's name 128, an attribute 4096 bytes, 256 attributes an
  event (`_truncated` says how many more there were).
- Never kept, in the raw bytes neither: {secrets}.
"""


def events_page() -> str:
    """docs/events.md."""
    return "\n".join([*_introduction(), *_catalogue(), *_words(), *_ends()])


def _introduction() -> Iterator[str]:
    sources = "; ".join(f"**{letter}** {text}" for letter, text in SOURCES.items())
    listed = sum(entry.listed for entry in EVENT_TYPES.values())
    yield _HEAD.format(count=len(EVENT_TYPES), listed=listed, sources=sources)
    yield _RULES.format(secrets=_codes(sorted(FIELDS.secrets.fields)))
    yield "## Fields of every event\n"
    base = ((f"`{name}`", FIELD_TYPES[letter], meaning) for name, (letter, meaning) in FIELDS.base.items())
    yield _table(("field", "type", "meaning"), base)
    yield "Columns that any type may fill, and the spellings of each:\n"
    yield _table(("column", "fields"), ((f"`{c}`", _codes(names)) for c, names in FIELDS.columns.items()))
    yield "Other spellings of attributes (some types have more, listed with them):\n"
    yield _table(("spelling", "canonical name"), ((f"`{s}`", f"`{c}`") for s, c in FIELDS.synonyms.items()))
    yield from _blocks()


def _blocks() -> Iterator[str]:
    roles = FIELDS.roles
    yield "## Player blocks\n"
    yield (
        "A block is this field set under a prefix. Unless a type says otherwise, the actor columns `player_*` come from "
        f"{_prefixes(roles.actor)}, the other party's `target_*` from {_prefixes(roles.target)}. "
        "The spellings without a prefix speak of the one whose prefix is `player_`.\n"
    )
    rows = (
        (f"`_{suffix}`", FIELD_TYPES[letter], _codes(unprefixed))
        for suffix, (letter, *unprefixed) in FIELDS.block.items()
    )
    yield _table(("suffix", "type", "without a prefix"), rows)


def _catalogue() -> Iterator[str]:
    yield "## Types\n"
    by_category: dict[str, list[EventType]] = {}
    for entry in EVENT_TYPES.values():
        by_category.setdefault(entry.category, []).append(entry)
    for category, entries in by_category.items():
        yield f"### {category}\n"
        header = (
            "type",
            "from",
            "67",
            "other spellings",
            "player_* / target_*",
            "sent",
            "also accepted",
            "subject; amount",
        )
        yield _table(header, map(_type_row, entries))
        yield from _notes(entries)


def _type_row(entry: EventType) -> tuple[str, ...]:
    spellings = dict.fromkeys(s for s in (*entry.aliases, entry.seed_name) if s and s != entry.name)
    roles = "" if _has_default_roles(entry) else f"{_prefixes(entry.actor)} / {_prefixes(entry.target)}"
    places = "; ".join(_codes(names) or "-" for names in (entry.subject, entry.amount))
    return (
        f"`{entry.name}`",
        entry.source,
        "●" if entry.listed else "",
        _codes(spellings),
        roles,
        ", ".join([*(f"block {_prefixes([b])}" for b in entry.blocks), *_typed(entry.sent)]),
        ", ".join(_typed(entry.accepted)),
        "" if places == "-; -" else places,
    )


def _has_default_roles(entry: EventType) -> bool:
    return (entry.actor, entry.target) == (FIELDS.roles.actor, FIELDS.roles.target)


def _notes(entries: Iterable[EventType]) -> Iterator[str]:
    for entry in entries:
        facts = [entry.note] if entry.note else []
        facts += [f"`{c}` from {_codes(names)}." for c, names in entry.columns.items()]
        if entry.synonyms:
            facts.append("Spellings: " + ", ".join(f"`{s}` = `{c}`" for s, c in entry.synonyms.items()) + ".")
        if facts:
            yield f"- `{entry.name}`: {' '.join(facts)}"
    yield ""


def _words() -> Iterator[str]:
    yield "## Words\n"
    yield "### Hit locations (`hitloc`)\n"
    yield _numbered(HIT_LOCATIONS) + "; any other number is `unknown`.\n"
    yield _spellings(WORDS["hitloc"]["spellings"]) + " Other words stay in lower case.\n"
    yield _table(("group", "locations"), ((group, _codes(names)) for group, names in GROUPS.items()))
    yield "### Means of death (`mod`)\n"
    yield _numbered(MEANS_OF_DEATH) + "; any other number is `unknown`.\n"
    others = _codes(WORDS["mod"]["others"])
    yield f"In lower case and without `mod_`. Other producers send {others} or a weapon; unknown words stay.\n"
    yield "### Teams\n"
    yield (
        _numbered(TEAMS)
        + ". "
        + _spellings(WORDS["team"]["spellings"])
        + " Other words stay in lower case.\n"
    )
    yield f"`objective_capture` numbers controllers instead: {_numbered(WORDS['team']['controllers'])}.\n"
    yield "### Stances\n"
    yield _spellings(WORDS["stance"]["spellings"]) + "\n"
    yield from _gametypes()
    yield from _weapons()


def _gametypes() -> Iterator[str]:
    yield "### Game types (`gametype`)\n"
    rows = (
        (
            f"`{g.name}`",
            g.display_name,
            g.digit,
            "yes" if g.team else "",
            _codes(g.spellings),
            _codes(g.prefixes),
        )
        for g in GAMETYPES.values()
    )
    yield _table(("name", "shown as", "number", "team game", "other spellings", "map prefixes"), rows)
    yield "Unknown text leaves the column empty and becomes the attribute `gametype`.\n"
    ids = ", ".join(f"`{gametype}` {shown}" for gametype, shown in API_GAMETYPES.items())
    yield f"Ids by map name in answers: {ids}.\n"


def _weapons() -> Iterator[str]:
    yield "### Weapons\n"
    yield "The row keeps the name as received. The key folds names: lower case, letters and digits only, then this table.\n"
    rows = ((f"`{w.key}`", w.name, CLASSES[w.weapon_class], _codes(w.keys)) for w in WEAPONS.values())
    yield _table(("key", "name", "class", "other keys"), rows)


def _ends() -> Iterator[str]:
    yield "## Columns of `raw_events`\n"
    rows = ((f"`{c.name}`", f"`{c.type}`", c.comment, c.filled_by) for c in COLUMNS)
    yield _table(("column", "type", "meaning", "filled by"), rows)
    yield "## Refusals\n"
    yield _table(
        ("reason", "meaning"), ((f"`{reason}`", reason.sentence) for reason in RefusalReason)
    ).rstrip("\n")


def _typed(fields: Mapping[str, str]) -> list[str]:
    return [f"`{name}` {FIELD_TYPES[letter]}" for name, letter in fields.items()]


def _prefixes(prefixes: Iterable[str]) -> str:
    return ", ".join(f"`{prefix}_`" for prefix in prefixes)


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _numbered(names: Mapping[int, str] | Mapping[str, str]) -> str:
    return ", ".join(f"{number} `{name}`" for number, name in names.items())


def _spellings(spellings: Mapping[str, str]) -> str:
    by_word: dict[str, list[str]] = {}
    for spelling, word in spellings.items():
        if spelling != word:
            by_word.setdefault(word, []).append(spelling)
    return "; ".join(f"{_codes(found)} = `{word}`" for word, found in by_word.items()) + "."


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    cells = [list(header)]
    lines = [cells[0], ["---"] * len(cells[0]), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(events_page() + "\n")
