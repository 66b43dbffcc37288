"""From the author's words to the prompt a model reads.

``@vixen`` becomes a slot where her picture is sent, and plain words where it is not. Camera and
look are added as words. The result is neutral: routes spell the slots in their own way.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.storyboard.shot import CameraWords, Prompt, Slot

_MENTION = re.compile(r"(?<![\w@.])@([A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9])?)")

_SIZES = {
    "extreme_wide": "extreme wide shot", "wide": "wide shot", "full": "full shot",
    "medium_wide": "medium wide shot", "medium": "medium shot",
    "medium_close_up": "medium close-up", "close_up": "close-up",
    "extreme_close_up": "extreme close-up", "insert": "insert shot",
    "over_shoulder": "over-the-shoulder shot",
}  # fmt: skip
_MOVES = {
    "static": "static camera", "pan_left": "camera pans left", "pan_right": "camera pans right",
    "tilt_up": "camera tilts up", "tilt_down": "camera tilts down",
    "dolly_in": "camera dollies in", "dolly_out": "camera dollies out",
    "truck_left": "camera trucks left", "truck_right": "camera trucks right",
    "pedestal_up": "camera rises straight up", "pedestal_down": "camera sinks straight down",
    "zoom_in": "slow zoom in", "zoom_out": "slow zoom out",
    "orbit_left": "camera orbits to the left", "orbit_right": "camera orbits to the right",
    "roll_left": "camera rolls to the left", "roll_right": "camera rolls to the right",
    "crane_up": "crane shot rising", "crane_down": "crane shot descending",
    "tracking": "tracking shot", "handheld": "handheld camera",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """``@name`` in a prompt, at ``start`` to ``end`` (characters, from 0)."""

    name: str
    start: int
    end: int


def mentions(text: str) -> Iterator[Mention]:
    """Every ``@name`` that begins a word; ``@@`` and addresses such as a@b are none."""
    for match in _MENTION.finditer(text):
        yield Mention(match[1], match.start(), match.end())


def unspoken(text: str, names: Container[str]) -> str:
    """``text`` with the ``@`` taken from each mention of one of ``names``."""
    return _MENTION.sub(lambda found: found[1] if found[1] in names else found[0], text)


def plain_name(name: str) -> str:
    """A reference's name as words: ``snow_fox`` reads ``snow fox``."""
    return re.sub(r"[_-]+", " ", name)


def expand(text: str, slots: Mapping[str, tuple[int, ...]], words: Mapping[str, str]) -> Prompt:
    """``text`` with each mention as its slots, else as its words; white space folded.

    Args:
        text: the author's prompt.
        slots: by reference's name, the numbers of its pictures among those sent.
        words: by reference's name, what to say where its picture is not sent.
    """
    pieces: list[str | Slot] = []
    read = 0
    for mention in mentions(text):
        pieces.append(text[read : mention.start])
        numbers = slots.get(mention.name, ())
        if numbers:
            pieces.extend(_joined(numbers))
        else:
            pieces.append(words.get(mention.name, plain_name(mention.name)))
        read = mention.end
    pieces.append(text[read:])
    return _folded(pieces)


def compose(prompt: Prompt, camera: CameraWords, look: str) -> Prompt:
    """A prompt with the camera and the look said after it."""
    said = camera_sentence(camera)
    return _folded([*prompt, *(f" {words}" for words in (said, look) if words)])


def camera_sentence(camera: CameraWords) -> str:
    """The camera as one sentence: ``Wide shot, camera dollies in, 85mm lens.`` or nothing."""
    lens = camera.lens and (camera.lens if "lens" in camera.lens.lower() else f"{camera.lens} lens")
    parts = (_SIZES.get(camera.size or ""), _MOVES.get(camera.move or ""), lens)
    sentence = ", ".join(part for part in parts if part)
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def spell(prompt: Prompt, token: str) -> str:
    """A prompt as one text, slot n spelled by ``token`` (``[Image {n}]``, ``character{n}``)."""
    return "".join(
        piece if isinstance(piece, str) else token.format(n=piece.number) for piece in prompt
    )


def _joined(numbers: tuple[int, ...]) -> Iterable[str | Slot]:
    for index, number in enumerate(numbers):
        if index:
            yield " and " if index == len(numbers) - 1 else ", "
        yield Slot(number)


def _folded(pieces: Iterable[str | Slot]) -> Prompt:
    """Runs of white space as one blank, neighbouring texts joined, ``@@`` as ``@``."""
    folded: list[str | Slot] = []
    for piece in pieces:
        if isinstance(piece, Slot) or not folded or isinstance(folded[-1], Slot):
            folded.append(piece)
        else:
            folded[-1] = f"{folded[-1]}{piece}"
    texts = [re.sub(r"\s+", " ", p).replace("@@", "@") if isinstance(p, str) else p for p in folded]
    if texts and isinstance(texts[0], str):
        texts[0] = texts[0].lstrip()
    if texts and isinstance(texts[-1], str):
        texts[-1] = texts[-1].rstrip()
    return tuple(piece for piece in texts if piece != "")
