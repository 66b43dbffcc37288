"""Render a board as a program would, and hold its last clip back until others are encoded.

``python cutting_ahead.py SHOT COUNT``: before that shot's clip is told of, so many pieces of the
film's picture must lie there.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from project import SPEED
from stage import Clock

from pipeline.api import plan_film, render_film
from pipeline.journal.journal import Journal
from pipeline.run.events import Stored
from pipeline.run.outside import Outside

PATIENCE = 60  # seconds until a piece that does not come is missing


def pieces(planned):
    """How many bodies and blends are kept, whole."""
    return len(list(planned.places.segments.glob("*.mp4.json")))


def main(last, count):
    planned = plan_film(Path("storyboards/tiny.storyboard.yaml"))
    before = []

    def listen(event):
        if isinstance(event, Stored) and event.shot == last:
            until = time.monotonic() + PATIENCE
            while pieces(planned) < count and time.monotonic() < until:
                time.sleep(0.02)
            before.append(pieces(planned))

    outside = Outside(Clock(SPEED), lambda path, *, clock: Journal(path, clock=clock))
    assembly = render_film(planned, listen=listen, outside=outside).assembly
    told = {"before": before[0], "pieces": pieces(planned)}
    for name in ("encoded", "blended", "kept"):
        told[name] = getattr(assembly, name)
    sys.stdout.write(json.dumps(told))


main(sys.argv[1], int(sys.argv[2]))
