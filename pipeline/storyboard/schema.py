"""The JSON Schema of storyboards, for editors: made from the models, polished for people.

What pydantic writes is right but noisy: titles that repeat the key, null for whatever is optional.
A YAML language server would offer all of it. JSON Schema 2020-12, json-schema.org.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline.models.catalog import models, routes
from pipeline.storyboard.model import Storyboard

SCHEMA_FILE = "storyboard.schema.json"

_NEW_SHOT = {
    "label": "new shot",
    "description": "A shot with an id, the reason for it and a prompt.",
    "body": {  # the server sets a block's text only as deep as is written here
        "id": "${1:sh010}",
        "beat": "${2:Why the shot exists.}",
        "prompt": "|\n    ${3:What happens.}",
    },
}


def schema_text() -> str:
    """The schema as it is committed beside the boards, ending in a line break."""
    return json.dumps(_schema(), indent=2, ensure_ascii=False) + "\n"


def _schema() -> dict[str, Any]:
    made = Storyboard.model_json_schema()
    parts = {name: _polished(part) for name, part in made.pop("$defs").items()}
    board = _polished(made)
    board["properties"]["defaults"]["description"] = parts["Defaults"]["description"]
    board["properties"]["references"]["additionalProperties"] = False
    board["properties"]["shots"]["items"]["defaultSnippets"] = [_NEW_SHOT]
    parts["ShotEntry"]["anyOf"] = [{"required": ["prompt"]}, {"required": ["clip"]}]
    for part in (parts["Defaults"], parts["ShotEntry"]):
        part["properties"]["model"]["enum"] = list(models())
        part["properties"]["routes"]["items"]["enum"] = list(routes())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_FILE,
        "title": "storyreel storyboard",
        **board,
        "$defs": parts,
    }


def _polished(part: Mapping[str, Any]) -> dict[str, Any]:
    """One mapping of the language: its keys polished, those it must have first."""
    kept = {name: value for name, value in part.items() if name != "title"}
    required = part.get("required", [])
    names = [*required, *(name for name in part["properties"] if name not in required)]
    kept["properties"] = {name: _polished_value(part["properties"][name]) for name in names}
    return kept


def _polished_value(value: Mapping[str, Any]) -> dict[str, Any]:
    """A key's value: no title, no null, and what stands for a mapping's default left out."""
    kept = {name: each for name, each in value.items() if name not in ("title", "anyOf")}
    if not isinstance(kept.get("default", {}), (str, int, float)):
        kept.pop("default", None)
    choices = [choice for choice in value.get("anyOf", []) if choice.get("type") != "null"]
    return {**_joined(choices), **kept}


def _joined(choices: list[dict[str, Any]]) -> dict[str, Any]:
    """Several possible types as one schema; a pattern among them counts for text only."""
    if len(choices) < 2:
        return dict(choices[0]) if choices else {}
    if any("type" not in choice for choice in choices):  # mappings, which are not to be merged
        return {"anyOf": choices}
    types = {choice["type"] for choice in choices}
    if "number" in types:
        types.discard("integer")  # every integer is a number
    merged = {name: each for choice in choices for name, each in choice.items()}
    return {**merged, "type": sorted(types)}
