"""How often the last frame is truly the last: ours against the common recipe.

Each clip's frames carry their number in the picture, so the score is read from what came out:
frames short of the end, and clips that gave none at all. ``python -m benchmarks.frames`` prints it
by frame rate, sound and kind of clip.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import clips

from benchmarks.measure import Row
from pipeline.errors import StoryreelError
from pipeline.media.ffmpeg import FFmpeg, find_ffmpeg
from pipeline.media.frames import frame_at, last_index
from pipeline.media.probe import probe

FRAMES = 60
RATES = ("12", "24", "25", "30", "60", "variable")
SOUNDS = {"none": None, "shorter": -0.3, "equal": 0.0, "longer": 0.3}
KINDS = ("plain", "B-frames", "edit list")
VARIABLE = "settb=1/600,setpts=N*20+mod(N\\,3)*4"
VARIABLE_SCALE = ("-enc_time_base", "1/600", "-video_track_timescale", "600")

Taker = Callable[[FFmpeg, Path, Path], None]


@dataclass
class Score:
    """Frames short of the end over all clips, clips whose frame was wrong, clips without one."""

    off: int = 0
    wrong: int = 0
    lost: int = 0

    def add(self, number: int | None) -> None:
        """Count the clip whose taken frame carries ``number``; ``None`` where none came out."""
        if number is None:
            self.lost += 1
        elif number != FRAMES - 1:
            self.off += abs(FRAMES - 1 - number)
            self.wrong += 1

    def __str__(self) -> str:
        return f"{self.off:5} {self.wrong:6} {self.lost:6}"


def made(ffmpeg: FFmpeg, folder: Path, rate: str, sound: str, kind: str) -> Path:
    variable = rate == "variable"
    length = FRAMES / (25 if variable else int(rate))
    more = SOUNDS[sound]
    clip = clips.make(
        ffmpeg,
        folder / "clip.mp4",
        rate="30" if variable else rate,
        frames=FRAMES,
        sound=None if more is None else length + more,
        codec=clips.NO_B_FRAMES if kind == "plain" else clips.TWO_B_FRAMES,
        filters=VARIABLE if variable else "null",
        options=VARIABLE_SCALE if variable else (),
    )
    if kind != "edit list":
        return clip
    return clips.with_edit_list(ffmpeg, clip, folder / "cut.mp4", skip="0.2")


def ours(_: FFmpeg, clip: Path, target: Path) -> None:
    facts = probe(clip)
    frame_at(clip, last_index(facts), target, facts=facts)


def recipe(ffmpeg: FFmpeg, clip: Path, target: Path) -> None:
    """What four of the peers ship."""
    ffmpeg.run(["-sseof", "-0.1", "-i", str(clip), "-frames:v", "1", str(target)])


OURS, RECIPE = "ours", "-sseof -0.1"
TAKERS: dict[str, Taker] = {OURS: ours, RECIPE: recipe}


def number_taken(take: Taker, ffmpeg: FFmpeg, clip: Path, target: Path) -> int | None:
    target.unlink(missing_ok=True)
    try:
        take(ffmpeg, clip, target)
    except StoryreelError:
        return None
    return clips.number_in(target) if target.is_file() else None


def cases() -> Iterator[tuple[str, str, str]]:
    for rate in RATES:
        for sound in SOUNDS:
            for kind in KINDS:
                yield rate, sound, kind


def rows() -> list[Row]:
    _, scores = measured()
    mine, theirs = scores["all", OURS], scores["all", RECIPE]
    return [
        Row(
            f"last frame of {len(list(cases()))} clips",
            _spelled(mine),
            f"{RECIPE}: {_spelled(theirs)}",
            bound="none wrong",
            held=(mine.off, mine.wrong, mine.lost) == (0, 0, 0),
        )
    ]


def _spelled(score: Score) -> str:
    return f"{score.wrong} wrong, {score.lost} lost"


def measured() -> tuple[FFmpeg, dict[tuple[str, str], Score]]:
    """The scores by row of the long table and taker."""
    ffmpeg = find_ffmpeg()
    scores: dict[tuple[str, str], Score] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rate, sound, kind in cases():
            clip = made(ffmpeg, folder, rate, sound, kind)
            for who, take in TAKERS.items():
                number = number_taken(take, ffmpeg, clip, folder / "frame.png")
                for row in (f"{rate} fps", f"sound {sound}", kind, "all"):
                    scores.setdefault((row, who), Score()).add(number)
    return ffmpeg, scores


def main() -> None:
    ffmpeg, scores = measured()
    print(f"The last frame of {len(list(cases()))} clips ({ffmpeg.version.split('-')[0]})\n")
    print(f"{'':15}" + "".join(f"{who:>20} " for who in TAKERS))
    print(f"{'':15}" + "  off  wrong   lost  " * len(TAKERS))
    rows = (*(f"{rate} fps" for rate in RATES), *(f"sound {s}" for s in SOUNDS), *KINDS, "all")
    for row in rows:
        print(f"{row:15}" + "  ".join(str(scores[row, who]) for who in TAKERS))


if __name__ == "__main__":
    main()
