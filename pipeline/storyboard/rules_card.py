"""Rules about cards: they have words, in colours and a font that there are, and nothing in vain."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.ids import ShotId
from pipeline.models.catalog import CARD
from pipeline.storyboard.beside import FileTrouble
from pipeline.storyboard.card import background_picture, tidy
from pipeline.storyboard.colours import COLOURS, parse_colour
from pipeline.storyboard.finding import Aim, Finding
from pipeline.storyboard.fonts import BoardFont
from pipeline.storyboard.ground import Ground
from pipeline.storyboard.model import ShotEntry, said
from pipeline.storyboard.sources import WrittenName, parse_source
from pipeline.storyboard.spelling import did_you_mean

_OWN = ("text", "font", "colour", "background", "align")
_IN_VAIN = {
    "prompt": "a card shows `text`: what is to be read stands there",
    "camera": "take it out",
    "look": "take it out",
    "seed": "take it out: the same words give the same card",
    "on_refusal": "take it out",
    "takes": "take it out: the same words give the same card",
}
"""Keys of a shot that say something to a model that makes pictures, with what to do instead."""

_MOST_NAMED = 12
_UNSEEN = "\u200c\u200d\ufe0e\ufe0f"


def cards_have_words(ground: Ground) -> Iterator[Finding]:
    """A card has text, and no other model is told of words and their look."""
    for place, shot in ground.shots():
        model = ground.model(shot)
        if model is None:
            continue
        if model.name != CARD:
            yield from _of_no_use(place, shot, model.name)
        elif shot.text is None:
            yield Finding(
                "text-needed",
                f"shot `{shot.id}` is a card and has no text",
                ground.aim_at(place, "model"),
                label="what is to be read?",
                help="write it under `text: |`; a line that begins with `# ` is large",
                shot=ShotId(shot.id),
            )
        elif not tidy(shot.text).strip("# \t\n"):
            yield Finding(
                "empty-value",
                f"the text of `{shot.id}` says nothing",
                Aim(("shots", place, "text")),
                help="write what is to be read",
                shot=ShotId(shot.id),
            )


def cards_are_asked_nothing_else(ground: Ground) -> Iterator[Finding]:
    """Nothing on a card asks for a picture to be made."""
    for place, shot in _cards(ground):
        for name, hint in _IN_VAIN.items():
            if name in shot.model_fields_set and getattr(shot, name) is not None:
                yield Finding(
                    "card-key",
                    f"a card is drawn from its text: `{name}` changes nothing in shot `{shot.id}`",
                    Aim(("shots", place, name), "key"),
                    label="in vain",
                    help=hint,
                    shot=ShotId(shot.id),
                )


def colours_are_known(ground: Ground) -> Iterator[Finding]:
    """A card's colour is one, and its background a colour or a picture."""
    for place, shot in _cards(ground):
        colour = said(ground.board, shot, "colour")
        if colour is not None and parse_colour(colour) is None:
            yield _unknown(ground, place, "colour", colour, [])
        written = background_picture(ground.board, shot)
        if written is not None and _names_nothing(ground, written):
            yield _unknown(ground, place, "background", written, list(ground.board.references))


def fonts_can_be_opened(ground: Ground) -> Iterator[Finding]:
    """Every font of a card is one inside the project."""
    for place, shot in _cards(ground):
        seen = _font(ground, shot)
        if isinstance(seen, FileTrouble):
            aim = ground.aim_at(place, "font")
            yield Finding(seen.code, seen.message, aim, help=seen.help, shot=ShotId(shot.id))


def letters_are_in_the_font(ground: Ground) -> Iterator[Finding]:
    """A warning where a card's font lacks letters of its text."""
    for place, shot in _cards(ground):
        font = _font(ground, shot)
        if isinstance(font, FileTrouble) or not shot.text or (font is None and shot.text.isascii()):
            continue
        lacking = _lacking(shot.text, font)
        if lacking:
            own = font is not None
            named = f"`{font.written}`" if font else "Noto Sans, which comes along,"
            yield Finding(
                "letters-missing",
                f"{named} has no {_listed(lacking)}",
                Aim(("shots", place, "text")),
                label=f"{len(lacking)} missing",
                severity="warning",
                help="Noto Sans draws what it has of them, the rest are empty boxes; use a font "
                "that has them" if own
                else "they are drawn as empty boxes; name a font that has them: "
                "`font: fonts/mine.ttf`",
                shot=ShotId(shot.id),
            )  # fmt: skip


def _of_no_use(place: int, shot: ShotEntry, model: str) -> Iterator[Finding]:
    for name in _OWN:
        if getattr(shot, name) is not None:
            yield Finding(
                "card-model",
                f"`{model}` draws no words: `{name}` is for cards",
                Aim(("shots", place, name), "key"),
                label="is not shown",
                help=f"say `model: {CARD}` on the shot to show words, or take it out",
                shot=ShotId(shot.id),
            )


def _names_nothing(ground: Ground, written: str) -> bool:
    """Whether it reads as a name, and nothing has that name."""
    try:
        source = parse_source(written)
    except ValueError:
        return False  # told as a frame that cannot be read
    hex_like = written.strip().startswith("#")
    unknown = isinstance(source, WrittenName) and source.name not in ground.board.references
    return hex_like or (unknown and written not in ground.first_places)


def _unknown(ground: Ground, place: int, name: str, written: str, others: list[str]) -> Finding:
    shot = ground.board.shots[place]
    return Finding(
        "unknown-colour",
        f"there is no colour `{written}`" + (", nor a reference of that name" if others else ""),
        ground.aim_at(place, name),
        label="no such colour",
        help=did_you_mean(
            written, [*COLOURS, *others], 'write a name such as white or navy, or "#1b2a41"'
        ),
        shot=ShotId(shot.id),
    )


def _font(ground: Ground, shot: ShotEntry) -> BoardFont | FileTrouble | None:
    written: str | None = said(ground.board, shot, "font")
    return None if written is None else ground.type_case.look(written)


def _lacking(text: str, font: BoardFont | None) -> list[str]:
    """The letters that are not in the font, each once, in order."""
    from pipeline.media.typefaces import characters, shipped

    there = font.characters if font else characters(shipped(bold=False))
    letters = dict.fromkeys(letter for letter in text if not letter.isspace())
    return [letter for letter in letters if letter not in _UNSEEN and ord(letter) not in there]


def _listed(letters: list[str]) -> str:
    """Letters in a message: those that a terminal cannot show stand beside their numbers."""
    shown = [f"{letter} (U+{ord(letter):04X})" for letter in letters[:_MOST_NAMED]]
    more = f" and {len(letters) - _MOST_NAMED} more" if len(letters) > _MOST_NAMED else ""
    return ", ".join(shown) + more


def _cards(ground: Ground) -> Iterator[tuple[int, ShotEntry]]:
    for place, shot in ground.shots():
        model = ground.model(shot)
        if model and model.name == CARD:
            yield place, shot
