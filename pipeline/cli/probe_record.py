"""What a probe saw of a vendor, as a file that a user can attach to a report.

Shapes only (``shapes.py``): no key, no id, no link, no words of anybody's. It is written anew
after each exchange, so that what was seen survives whatever ends the probe.
"""

from __future__ import annotations

import datetime as dt
import json
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pipeline import __version__
from pipeline.cli.shapes import field_name, header_shapes, path_shape, shape
from pipeline.errors import UsageError
from pipeline.files import load_json, write_whole
from pipeline.models.abilities import Model, Route
from pipeline.vendors.listening import Clean, Decided, Exchange

_MOST_EXCHANGES = 400


@dataclass
class Record:
    """The file, and what is in it; ``lost`` is why it could not be written, if it could not."""

    most: ClassVar[int] = 256 * 1024  # bytes of each body that are looked at

    path: Path
    document: dict[str, Any]
    lost: str | None = field(default=None)

    @classmethod
    def begun(cls, route: Route, model: Model, date: dt.datetime) -> Record:
        """A file of its own for a route and a day; what an earlier run of the probe saw stays.

        Raises:
            UsageError: another file has its name.
            OSError: it cannot be written.
        """
        path = Path(f"storyreel-probe-{route.name}-{date:%Y-%m-%d}.json").absolute()
        head = {
            "schema": 1,
            "storyreel": __version__,
            "python": platform.python_version(),
            "route": route.name,
            "model": model.name,
            "settings": {name: one.default for name, one in route.settings.items()},
            "date": f"{date:%Y-%m-%d}",
        }
        record = cls(path, {**head, "exchanges": _earlier(path, route), "ended": {}})
        record._write()
        return record

    def hear(self, heard: Exchange | Decided) -> None:
        """Keep the shape of an exchange."""
        if not isinstance(heard, Exchange):
            return
        exchanges = self.document["exchanges"]
        told = _told(heard)
        if exchanges and {**exchanges[-1], "times": 1} == told:
            exchanges[-1]["times"] += 1
        elif len(exchanges) < _MOST_EXCHANGES:
            exchanges.append(told)
        self._write_if_can()

    def ended(self, **words: object) -> None:
        """Keep how it ended."""
        self.document["ended"] = words
        self._write_if_can()

    def _write_if_can(self) -> None:
        """A job that is paid for goes on whatever becomes of the file."""
        try:
            self._write()
        except OSError as error:
            self.lost = error.strerror or str(error)

    def _write(self) -> None:
        text = json.dumps(self.document, indent=2, ensure_ascii=True) + "\n"
        write_whole(self.path, text, mode=0o600)


def _earlier(path: Path, route: Route) -> list[dict[str, Any]]:
    try:
        document = load_json(path)
    except FileNotFoundError:
        return []
    except ValueError:
        document = {}
    exchanges = document.get("exchanges")
    if document.get("route") != route.name or not isinstance(exchanges, list):
        raise UsageError(
            f"{path} is in the way: it is no probe's.", hint="Move it, then probe again."
        )
    return exchanges


def _told(heard: Exchange) -> dict[str, Any]:
    asked = heard.asked
    told = {
        "attempt": heard.subject.attempt if heard.subject else None,
        "kind": asked.speaker.kind,
        "method": asked.method,
        "host": asked.host,
        "path": path_shape(asked.path),
        "query": [field_name(name) for name in asked.names],
        "asked": header_shapes(asked.headers),
        "asked_body": _body(asked.body, asked.size, asked.speaker.clean),
        "status": heard.status,
        "headers": header_shapes(heard.headers),
        "body": _body(heard.body, heard.received, asked.speaker.clean),
        "failed": heard.failed,
    }
    return {**{name: value for name, value in told.items() if value not in (None, [])}, "times": 1}


def _body(body: bytes, size: int, clean: Clean) -> Any:
    """The shape of a body that is JSON; of any other its size."""
    if not size:
        return None
    try:
        return shape(json.loads(body), clean)
    except (ValueError, RecursionError):
        return f"<no JSON, {size} bytes>"
