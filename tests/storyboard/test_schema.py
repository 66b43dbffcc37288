from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.models.catalog import models, routes
from pipeline.storyboard.schema import SCHEMA_FILE, schema_text
from pipeline.timing import parse_length

COMMITTED = Path(__file__).parents[2] / "storyboards" / SCHEMA_FILE
COMMAND = f"storyreel schema -o storyboards/{SCHEMA_FILE}"
SCHEMA: dict[str, Any] = json.loads(schema_text())


def keys() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key an author can write, with its schema."""
    for name, part in {"Storyboard": SCHEMA, **SCHEMA["$defs"]}.items():
        for key, value in part["properties"].items():
            yield f"{name}.{key}", value


def test_the_committed_schema_is_fresh() -> None:
    """The file beside the boards is what the models say now."""
    committed = COMMITTED.read_text(encoding="utf-8") if COMMITTED.exists() else ""

    assert committed == schema_text(), f"the schema is stale: run {COMMAND}"


def test_every_key_is_told_in_a_sentence() -> None:
    """Hovering over any key shows words that end in a full stop."""
    for name, value in keys():
        assert re.fullmatch(r"[A-Z@].{10,}\.|.*`\|`\.", value["description"]), name


def test_the_noise_is_gone() -> None:
    """No null is offered, and no title repeats a key."""
    text = json.dumps([value for _, value in keys()])

    assert "null" not in text
    assert '"title": ' not in text.replace('"title": {', "")


def test_nothing_unknown_is_allowed() -> None:
    """Every mapping refuses keys that it does not list."""
    for part in (SCHEMA, *SCHEMA["$defs"].values()):
        assert part["additionalProperties"] is False
    assert SCHEMA["properties"]["references"]["additionalProperties"] is False


def test_known_models_and_routes_are_offered() -> None:
    """Completion knows what the catalog knows."""
    shot = SCHEMA["$defs"]["ShotEntry"]["properties"]

    assert shot["model"]["enum"] == list(models())
    assert shot["routes"]["items"]["enum"] == list(routes())


@pytest.mark.parametrize(
    "written", ["5s", "4.5s", "5 s", " 7 ", "108f", "00:00:05:00", "5", "1:02:03:04", "5 sec", "s",
                "1.s", ".5s", "-1s", "00:60:00:00", "12345678f", "٣s"],
)  # fmt: skip
def test_an_editor_and_the_loader_agree_on_lengths(written: str) -> None:
    """The pattern underlines exactly what ``parse_length`` refuses."""
    pattern = SCHEMA["$defs"]["ShotEntry"]["properties"]["duration"]["pattern"]
    try:
        parse_length(written)
    except ValueError:
        assert not re.search(pattern, written)
    else:
        assert re.search(pattern, written)
