"""What cannot be known of a board while it has faults of shape, and so is not told."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.ids import ShotId
from pipeline.storyboard.fault import Path
from pipeline.storyboard.finding import Finding

_MADE_UP = re.compile(r"(?:shot )?`(?P<id>nameless-\d+)`|\b(?P<bare>nameless-\d+)(?=\.last`)")


def made_up_id(number: int) -> str:
    """An id for a shot that has none which can be read."""
    return f"nameless-{number}"


@dataclass(frozen=True, slots=True)
class Doubts:
    """What the rules cannot know of a pruned board.

    ``places`` were replaced, findings of ``codes`` may be untrue, and ``names`` gives for each
    made-up id what to call the shot, and the id to hand on.
    """

    places: frozenset[Path]
    codes: frozenset[str]
    names: Mapping[str, tuple[str, ShotId | None]]

    def settled(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings that hold whatever is written in the doubtful places."""
        for finding in findings:
            paths = (finding.aim.path, finding.second[0].path if finding.second else ())
            if finding.code not in self.codes and not any(map(self._replaced, paths)):
                yield self._renamed(finding) if self.names else finding

    def _replaced(self, path: Path) -> bool:
        return any(path[:length] in self.places for length in range(1, len(path) + 1))

    def _renamed(self, finding: Finding) -> Finding:
        known = self.names.get(finding.shot or "")
        return dataclasses.replace(
            finding,
            message=_MADE_UP.sub(self._called, finding.message),
            help=finding.help and _MADE_UP.sub(self._called, finding.help),
            shot=known[1] if known else finding.shot,
        )

    def _called(self, match: re.Match[str]) -> str:
        known = self.names.get(match["id"] or match["bare"])
        if known is None:
            return match[0]
        return known[0] if match["id"] else "ID"
