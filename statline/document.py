"""Pages of docs/ that are made from the code: `python -m statline.document > docs/settings.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from statline.settings import CONFIG_FILE, CONFIG_VARIABLE, Setting, declared, type_name

_HEAD = f"""# Settings

<!-- Made by `python -m statline.document > docs/settings.md` from the settings classes; do not edit. -->

Order, later wins: default, TOML file, environment, command line option. The file is `{CONFIG_FILE}` in the working
folder, or the one named by `--config` or `{CONFIG_VARIABLE}`; a section is a table: `port = 9000` below `[statline]`.
An unknown name, a wrong type or a value out of its bounds is refused at start, by name and source.
`statline doctor` shows what is in force and where each value came from; secrets are hidden there and in logs.
"""


def settings_page() -> str:
    """docs/settings.md."""
    sections: dict[str, list[Setting]] = {}
    for each in declared():
        sections.setdefault(each.section, []).append(each)
    return "\n".join([_HEAD, *(_section(name, settings) for name, settings in sections.items())])


def _section(name: str, settings: list[Setting]) -> str:
    rows = "\n".join(_row(each) for each in settings)
    return f"## [{name}]\n\n| setting | environment | default | meaning |\n|---|---|---|---|\n{rows}\n"


def _row(each: Setting) -> str:
    default = _text(each.default) or "empty"
    meaning = "; ".join([each.help.rstrip("."), *_limits(each)]).replace("|", "\\|")
    return f"| `{each.name}` | `{each.variable}` | {default} | {meaning}. |"


def _limits(each: Setting) -> Iterator[str]:
    if each.choices is not None:
        yield "one of " + ", ".join(f"`{choice}`" if choice else "empty" for choice in each.choices)
    elif each.minimum is not None and each.maximum is not None:
        yield f"{type_name(each.type)} from {_number(each.minimum)} to {_number(each.maximum)}"
    elif each.minimum is not None:
        yield f"{type_name(each.type)}, at least {_number(each.minimum)}"
    else:
        yield type_name(each.type)
    if each.secret:
        yield "secret"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return ", ".join(f"`{each}`" for each in value)
    if isinstance(value, int | float):
        return f"`{_number(value)}`"
    return f"`{value}`" if str(value) else ""


def _number(value: float) -> str:
    return f"{value:,}".replace(",", "_") if isinstance(value, int) and value >= 10_000 else f"{value}"


if __name__ == "__main__":
    sys.stdout.write(settings_page())
