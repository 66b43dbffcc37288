"""What an animatic costs, against ffmpeg encoding as long a test pattern at the same settings.

The same ffmpeg, preset, quality, threads, sound and number of pixels; both write a whole file. A
slower preset makes the yardstick longer, too, so the pattern is held against one of fixed settings.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from benchmarks import ROOT
from benchmarks.measure import Row, against, in_turns
from pipeline.ids import ShotId
from pipeline.makers.animatic import encoding
from pipeline.makers.animatic.maker import Animatic
from pipeline.makers.interface import Order
from pipeline.media.ffmpeg import FFmpeg, find_ffmpeg

REFS = ROOT / "storyboards" / "refs"
RATE = Fraction(24)
WORDS = (
    "A white rocket lifts off from its pad at dusk; steam rolls over the scrub, and the camera "
    "holds as the flame climbs out of frame. The sound arrives late."
)
SECONDS = Fraction(5)
ROUNDS = 5
MOST = 2.0
PATTERN = "testsrc2"
FIXED = "testsrc2, veryfast, crf 17"


def orders(folder: Path, seconds: Fraction) -> dict[str, Order]:
    """One order of each kind, 720 lines on the short side."""

    def order(name: str, move: str, *, first: str = "", refs: tuple[str, ...] = (),
              size: tuple[int, int] = (1280, 720), shot: str = "medium") -> Order:  # fmt: skip
        return Order(
            ShotId("sh010"), WORDS, 7, seconds, RATE, *size, folder / f"{name}.mp4",
            first_frame=REFS / first if first else None,
            references=tuple(REFS / ref for ref in refs),
            options={
                "words": WORDS, "beat": "what everyone came for", "scene": "The pad",
                "move": move, "size": shot, "look": "warm dusk",
                "names": json.dumps([Path(ref).stem for ref in refs]),
            },
        )  # fmt: skip

    three = ("hubble_deep_field.jpg", "astronaut.png", "rocket.jpg")
    return {
        "first frame, static": order("a", "static", first="rocket.jpg"),
        "first frame, pan": order("b", "pan_right", first="rocket.jpg"),
        "first frame, dolly in": order("c", "dolly_in", first="coffee.png"),
        "first frame, roll": order("d", "roll_left", first="rocket.jpg"),
        "first frame, orbit": order("e", "orbit_left", first="coffee.png"),
        "one reference, zoom": order("f", "zoom_in", refs=("astronaut.png",)),
        "three references, dolly": order("g", "dolly_in", refs=three),
        "three references, orbit": order("h", "orbit_left", refs=three),
        "words only, truck": order("i", "truck_right", shot="wide"),
        "words only, handheld": order("j", "handheld", shot="close_up"),
        "9:16, three references": order("k", "truck_left", refs=three, size=(720, 1280)),
    }


def rows() -> list[Row]:
    ffmpeg = find_ffmpeg()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = pattern(SECONDS, folder / "base.mp4")
        fixed = at_fixed_settings(arguments)
        work = {PATTERN: lambda: ffmpeg.run(arguments), FIXED: lambda: ffmpeg.run(fixed)}
        for kind, order in orders(folder, SECONDS).items():
            work[kind] = _drawing(ffmpeg, order)
        times = in_turns(work, ROUNDS)
    base, unmoved = times.pop(PATTERN), times.pop(FIXED)
    return [
        against(f"5 s of {PATTERN} at the animatic's settings", base, FIXED, unmoved),
        *(
            against(f"5 s of animatic, 720p24: {kind}", taken, PATTERN, base, MOST)
            for kind, taken in times.items()
        ),
    ]


def _drawing(ffmpeg: FFmpeg, order: Order) -> Callable[[], None]:
    def draw() -> None:
        Animatic(ffmpeg).make(order, tell=lambda _: None, stop=threading.Event())

    return draw


def at_fixed_settings(arguments: list[str]) -> list[str]:
    """The same with the preset and quality that the animatic had when it was first measured."""
    fixed = {"-preset": "veryfast", "-crf": "17"}
    before = ["", *arguments[:-1]]
    return [fixed.get(name, word) for name, word in zip(before, arguments, strict=True)]


def pattern(seconds: Fraction, target: Path) -> list[str]:
    """Ffmpeg's arguments for the test pattern at the animatic's own settings."""
    return [
        "-f", "lavfi", "-i", f"testsrc2=s=1280x720:r={RATE}", "-f", "lavfi", "-i", "sine=r=48000",
        "-t", str(float(seconds)), *encoding.video_settings(RATE, int(seconds * RATE), given=True),
        *encoding.sound_settings(), "-movflags", "+faststart", str(target),
    ]  # fmt: skip
