"""What only a desk has: its book, its rules, its clock, under ``/desk/``. No key is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from pipeline.desk.amounts import spelled
from pipeline.desk.faults import parse_rules
from pipeline.desk.ledger import Entry, total
from pipeline.desk.parts import Parts, VendorOnDesk
from pipeline.desk.traffic import Traffic
from pipeline.desk.wire import Answer, Request, json_answer, loads_strictly


class Private:
    """The desk's own endpoints, and the same for Python."""

    def __init__(self, parts: Parts, vendor: VendorOnDesk) -> None:
        self._parts = parts
        self._vendor = vendor

    def answer(self, request: Request) -> Answer:
        """``GET`` and ``POST /desk/…``; 400 says what a rule lacks."""
        try:
            content = loads_strictly(request.body) if request.body else {}
            return self._answer(f"{request.method} {request.path.removeprefix('/desk/')}", content)
        except (ValueError, TypeError, KeyError) as error:
            return json_answer(400, {"error": str(error)})

    def _answer(self, what: str, content: Any) -> Answer:
        acts: dict[str, Callable[[Any], object]] = {
            "GET ledger": lambda _: self.ledger_told(),
            "GET traffic": lambda _: asdict(self._parts.traffic),
            "GET faults": lambda _: self.faults_told(),
            "POST faults": self._add,
            "DELETE faults": lambda _: self._parts.faults.clear(),
            "POST clock": lambda told: self._parts.clock.advance(float(told["advance"])),
            "POST reset": lambda _: self.reset(),
        }
        if what not in acts:
            return json_answer(404, {"error": f"The desk knows no {what}"})
        return json_answer(200, acts[what](content))

    def _add(self, content: Any) -> list[dict[str, Any]]:
        self._parts.faults.add(parse_rules(content))
        return self.faults_told()

    def entries(self) -> list[Entry]:
        """The book up to now."""
        self._vendor.settle()
        return list(self._parts.ledger.entries)

    def ledger_told(self) -> dict[str, Any]:
        """The book up to now, with its sums."""
        entries = self.entries()
        return {"entries": [asdict(entry) for entry in entries], "total": spelled(total(entries))}

    def faults_told(self) -> list[dict[str, Any]]:
        """Every rule with how often it was carried out."""
        faults = self._parts.faults
        pairs = zip(faults.rules, faults.fired(), strict=True)
        return [{**asdict(rule), "fired": fired} for rule, fired in pairs]

    def reset(self) -> None:
        """As on the first day; a ledger's file keeps what it has and says so."""
        self._parts.faults.clear()
        self._parts.faults.add(self._parts.options.rules)
        self._parts.accounts.reset()
        self._vendor.reset()
        self._parts.ledger.entries.clear()
        self._parts.ledger.write(Entry("reset", ""))
        self._parts.traffic = Traffic()
