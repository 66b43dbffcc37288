"""What an animatic costs, against ffmpeg encoding as long a test pattern at the same settings.

Run ``python benchmarks/animatic.py [--repeats 5] [--seconds 5]``. Each round takes the pattern and
then every kind of shot once, so that a noisy machine is noisy for all; the ratio is of medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.ids import ShotId  # noqa: E402 - the project may not be installed
from pipeline.makers.animatic import encoding  # noqa: E402
from pipeline.makers.animatic.maker import Animatic  # noqa: E402
from pipeline.makers.interface import Order  # noqa: E402
from pipeline.media.ffmpeg import find_ffmpeg  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

REFS = ROOT / "storyboards" / "refs"
RATE = Fraction(24)
WORDS = (
    "A white rocket lifts off from its pad at dusk; steam rolls over the scrub, and the camera "
    "holds as the flame climbs out of frame. The sound arrives late."
)
WANTED = 2.0


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


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=Fraction, default=Fraction(5))
    asked = parser.parse_args()
    ffmpeg = find_ffmpeg()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        work: dict[str, Callable[[], object]] = {
            "testsrc2 + sine": lambda: ffmpeg.run(pattern(asked.seconds, folder / "base.mp4"))
        }
        for kind, order in orders(folder, asked.seconds).items():
            work[kind] = lambda order=order: Animatic(ffmpeg).make(
                order, tell=lambda _: None, stop=threading.Event()
            )
        times = measured(work, asked.repeats)
    show(times)


def pattern(seconds: Fraction, target: Path) -> list[str]:
    """Ffmpeg's arguments for the test pattern at the animatic's own settings."""
    return [
        "-f", "lavfi", "-i", f"testsrc2=s=1280x720:r={RATE}", "-f", "lavfi", "-i", "sine=r=48000",
        "-t", str(float(seconds)), *encoding.video_settings(RATE, int(seconds * RATE), given=True),
        *encoding.sound_settings(), "-movflags", "+faststart", str(target),
    ]  # fmt: skip


def measured(work: dict[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Seconds each piece of work took, round by round; a first round warms up and is not kept."""
    times: dict[str, list[float]] = {kind: [] for kind in work}
    for number in range(repeats + 1):
        for kind, run in work.items():
            start = time.perf_counter()
            run()
            if number:
                times[kind].append(time.perf_counter() - start)
    return times


def show(times: dict[str, list[float]]) -> None:
    """Print medians and ratios to the first row."""
    base = statistics.median(next(iter(times.values())))
    print(f"{'5 s of 720p24':28}{'median s':>10}{'least':>8}{'most':>8}{'ratio':>8}")
    for kind, taken in times.items():
        median = statistics.median(taken)
        print(f"{kind:28}{median:10.2f}{min(taken):8.2f}{max(taken):8.2f}{median / base:8.2f}")
    worst = max(statistics.median(taken) for taken in times.values()) / base
    print(f"worst ratio {worst:.2f}, wanted at most {WANTED:.0f}")


if __name__ == "__main__":
    main()
