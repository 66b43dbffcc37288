"""Runs command lines in this process and reads nothing but their JSON. ``import spoken``."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import io
import json
import os
import time
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import jsonschema

from pipeline.cli.main import exit_code_of
from pipeline.cli.words import LINES, command_of
from pipeline.run.outside import Outside


@dataclass
class Clock:
    """Time that runs fifty times as fast; its date jumps by ``ahead``."""

    ahead: float = 0.0

    def now(self):
        return time.monotonic() * 50

    def date(self):
        return time.time() + self.ahead

    async def sleep(self, seconds):
        await asyncio.sleep(seconds / 50)


@dataclass(frozen=True)
class Said:
    """What a command line came to: its exit code, its JSON documents, its talk."""

    code: int
    documents: list[dict]
    talk: str

    @property
    def last(self):
        return self.documents[-1]

    @property
    def error(self):
        return self.last["error"]

    def way(self, *words):
        """The first way on whose command has all these words."""
        ways = [one for one in self.error["retry_with"] if set(words) <= set(one["command"])]
        assert ways, self.error
        return ways[0]


@dataclass
class Speaker:
    """A project on disk, and what was asked of it so far."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    asked: set[str] = field(default_factory=set)

    def __call__(self, *words):
        """Run ``storyreel WORDS``; every promise about ``--json`` is checked on the way."""
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = exit_code_of(list(words), Outside(self.clock))
        said = Said(code, documents_of(words, out.getvalue()), err.getvalue())
        self.asked.add(command_of(words))
        check_promises(words, said)
        return said

    def go_on(self, way):
        """Run a way on as it is told."""
        assert way["command"][0] == "storyreel"
        return self(*way["command"][1:])


def documents_of(words, text):
    """The documents on standard output; nothing else may stand there."""
    if command_of(words) in LINES:
        return [json.loads(line) for line in text.splitlines()]
    return [json.loads(text)]


def check_promises(words, said):
    """What ``--json`` promises of every command line, whatever becomes of it."""
    assert "Traceback" not in said.talk
    assert said.documents, words
    for document in said.documents:
        assert document["schema"] == 1
        assert_fits(document, command_of(words))
    if command_of(words) in LINES:
        assert all("event" in document for document in said.documents)
        assert said.last["event"] in ("finished", "ended", "error")
    assert (said.code in (0, 4)) == ("error" not in said.last), (words, said.code, said.last)
    for way in said.last.get("error", {}).get("retry_with", ()):
        assert way["command"][0] == "storyreel"
        assert way["costs"]


def assert_fits(document, command):
    """A document is as ``storyreel schema --of output`` says, and says nothing besides."""
    schema = output_schema()
    told = "error" if is_error(document) or command not in schema["$defs"] else command
    errors = list(closed_validator(told).iter_errors(document))
    assert not errors, (command, [f"{e.json_path}: {e.message}" for e in errors], document)


def is_error(document):
    """Whether a document tells an error and nothing besides."""
    return set(document) <= {"schema", "event", "ok", "error", "faults"} and "error" in document


@functools.cache
def output_schema():
    place = resources.files("pipeline.cli").joinpath("data", "output.schema.json")
    return json.loads(place.read_text("utf-8"))


@functools.cache
def closed_validator(command):
    """A validator to which a field that the schema does not name is an error."""
    schema = closed(output_schema())
    return jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{command}"})


def closed(schema):
    """The schema with every object that names its fields closed to others."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        inner["properties"] = {n: closed(v) for n, v in schema["properties"].items()}
        inner.setdefault("additionalProperties", False)
    return inner


@contextlib.contextmanager
def told(environment):
    """Variables for the commands run in this process, as a user's shell would set them."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
