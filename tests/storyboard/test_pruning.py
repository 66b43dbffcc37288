from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.storyboard.diagnostics import BoardFaultsError
from pipeline.storyboard.fault import Fault, Source, in_order
from pipeline.storyboard.loader import load_board_text
from pipeline.storyboard.model import Storyboard
from pipeline.storyboard.rules import check
from pipeline.storyboard.text import parse, places
from pipeline.storyboard.wording import faults_of_shape

BOARDS = Path(__file__).parents[1] / "boards"
NAMES = ["names", "limits", "circle"]
FAULTY = [(BOARDS / "bad" / f"{name}.yaml").read_text(encoding="utf-8") for name in NAMES]
GOOD = [file.read_text(encoding="utf-8") for file in sorted((BOARDS / "good").glob("*.yaml"))]
SHAPE = {
    "unknown-key", "missing-key", "wrong-type", "empty-value", "unknown-value", "format-version",
    "bad-id", "bad-value", "bad-duration", "out-of-range", "too-long",
}  # fmt: skip

some = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def told(text: str, boards: Path) -> tuple[Fault, ...]:
    try:
        return load_board_text(text, name="x.storyboard.yaml", folder=boards).warnings
    except BoardFaultsError as error:
        return error.faults


def codes(text: str, boards: Path) -> list[tuple[str, int]]:
    return [(fault.code, fault.span.line) for fault in told(text, boards)]


def of_shape_alone(text: str) -> tuple[Fault, ...]:
    """What is told where no rule of meaning is run."""
    source = Source(text)
    parsed = parse(source)
    try:
        Storyboard.model_validate(parsed.value)
    except ValidationError as error:
        found = faults_of_shape(error.errors(include_url=False), parsed.value, places(source))
        empty = [fault for fault in parsed.faults if fault.code == "empty-value"]
        return in_order([*(f for f in parsed.faults if f not in empty), *found, *empty])
    return in_order(parsed.faults)


def by_the_rules(text: str, boards: Path) -> list[Fault]:
    """All that the rules find in a board whose shape is right."""
    source = Source(text)
    parsed = parse(source)
    board = Storyboard.model_validate(parsed.value)
    found = check(board, parsed.item_lines["shots"], folder=boards, root=boards.parent).findings
    return [finding.placed(places(source)) for finding in found]


HEAD = "storyboard: 1\ntitle: T\n"
PAIRS: list[tuple[str, list[tuple[str, int]]]] = [
    # beside a misspelt key, what stands below
    ("shots:\n  - id: sh010\n    prompt: a\n    promt: b\n    first_frame: sh099.last\n",
     [("unknown-key", 6), ("unknown-shot", 7)]),
    # above a shot that is no shot
    ("shots:\n  - id: sh010\n    prompt: Snow on @nobody.\n  - sh020\n",
     [("unknown-reference", 5), ("wrong-type", 6)]),
    # in the very shot without an id, or without a prompt
    ("shots:\n  - prompt: Snow.\n    last_frame: nobody\n",
     [("missing-key", 4), ("unknown-reference", 5)]),
    ("shots:\n  - id: sh010\n    after: [sh099]\n", [("missing-key", 4), ("unknown-shot", 5)]),
    # beside a wrong entry of the same list
    ("shots:\n  - id: sh010\n    prompt: a\n    references: [3, nobody]\n",
     [("wrong-type", 6), ("unknown-reference", 6)]),
    # a circle beside a seed out of range
    (("shots:\n  - {id: a, prompt: p, first_frame: b.last}\n  - {id: b, prompt: p, seed: -1, "
     "first_frame: a.last}\n"), [("circle", 4), ("out-of-range", 5)]),
    # in another part of the board
    (("format: {fps: fast}\nreferences:\n  vixen: {image: refs/gone.png}\nshots:\n"
     "  - {id: a, prompt: '@vixen', references: [vixen]}\n"),
     [("bad-value", 3), ("picture-missing", 5)]),
    ("defaults: {duration: 5 sec, model: hapyhorse}\nshots:\n  - {id: a, prompt: p}\n",
     [("bad-duration", 3), ("unknown-model", 3)]),
]  # fmt: skip


@pytest.mark.parametrize(("board", "expected"), PAIRS)
def test_shape_and_meaning_are_told_together(
    board: str, expected: list[tuple[str, int]], boards: Path
) -> None:
    """A fault of shape hides no fault of meaning; both stand in the order of their places."""
    assert codes(HEAD + board, boards) == expected


ALONE = [
    # whoever names the shot whose id is bad, missing, or a text in its place
    "shots:\n  - {id: sh 010, prompt: p}\n  - {id: b, prompt: p, first_frame: sh 010.last}\n",
    "shots:\n  - {id: 050, prompt: p}\n  - {id: b, prompt: p, after: ['050']}\n",
    "shots:\n  - {prompt: p}\n  - {id: b, prompt: p, first_frame: sh010.last}\n",
    "shots:\n  - {name: a, id: a b, prompt: p}\n  - {id: b, prompt: p, references: [a.last]}\n",
    "shots:\n  - sh010\n  - {id: b, prompt: '@sh010', references: [sh010.last]}\n",
    "shots:\n  - {id: ../x, prompt: p}\n  - {id: b, prompt: p, first_frame: ../x@2.5s}\n",
    (
        "references: {owl: {description: o}}\nshots:\n  - {ide: owl, prompt: '@owl'}\n"
        "  - {id: b, prompt: p, after: [owl], first_frame: owl.last}\n"
    ),
    # references that are no mapping, or under a key of another name, or with a name that is none
    "references: [vixen]\nshots:\n  - {id: a, prompt: '@vixen', references: [vixen]}\n",
    "refs: {vixen: {}}\nshots:\n  - {id: a, prompt: '@vixen', references: [vixen]}\n",
    "references: {2nd: {}}\nshots:\n  - {id: a, prompt: p, references: [2nd]}\n",
    # a reference whose picture stands in the wrong manner, or under an unknown key
    ("references: {vixen: refs/vixen.png}\nshots:\n"
    "  - {id: a, prompt: '@vixen', references: [vixen]}\n"),
    ("references: {vixen: {file: x.png}}\nshots:\n"
    "  - {id: a, prompt: '@vixen', references: [vixen]}\n"),
    # what a misspelt model, length or shape would have allowed
    "defaults: {modle: happyhorse-1.1, routes: [apiframe]}\nshots:\n  - {id: a, prompt: p}\n",
    "model: happyhorse-1.1\nshots:\n  - {id: a, prompt: p, routes: [apiframe]}\n",
    ("shots:\n  - {id: a, prompt: p, lenght: 9s}\n"
    "  - {id: b, prompt: p, first_frame: a@8s}\n"),
    "fps: 100\nshots:\n  - {id: a, prompt: p}\n  - {id: b, prompt: p, first_frame: a@120f}\n",
    "format: {aspect: 16x9}\ndefaults: {model: happyhorse-1.1}\nshots:\n  - {id: a, prompt: p}\n",
    ("format: {aspect: 21:9}\ndefaults: {model: happyhorse-1.1}\nshots:\n"
    "  - {id: a, prompt: p, start_frame: refs/clearing.png}\n"),
    # a reference that the part which cannot be read may use
    "references: {vixen: {}}\nshots:\n  - {id: a, promt: '@vixen'}\n",
    ("references: {vixen: {image: refs/vixen.png}}\nshots:\n"
    "  - {id: a, prompt: '@vixen', refs: [vixen]}\n"),
]  # fmt: skip


@pytest.mark.parametrize("board", ALONE)
def test_nothing_is_told_that_only_follows(board: str, boards: Path) -> None:
    """What would be no fault once the shape is mended is not told."""
    assert told(HEAD + board, boards) == of_shape_alone(HEAD + board) != ()


def test_a_nameless_shot_is_called_by_its_number(boards: Path) -> None:
    """No made-up name is shown, in words or in data; a bad id is what the shot is called."""
    text = (
        HEAD + "defaults: {model: animatic}\nshots:\n  - prompt: '@nobody'\n    duration: 70s\n"
        "  - id: a b\n    prompt: p\n    references: [nobody]\n"
    )
    found = [fault for fault in told(text, boards) if fault.code not in SHAPE]

    assert [fault.message for fault in found] == [
        "the prompt of shot 1 speaks of `@nobody`, which is not defined",
        "`animatic` makes clips of at most 60s; shot 1 is 70s long",
        "shot `a b` uses reference `nobody`, which is not defined",
    ]
    assert [fault.shot for fault in found] == [None, None, "a b"]
    assert not any("nameless" in (fault.help or "") for fault in found)


@pytest.mark.parametrize("shots", ["shots: sh010", "shots: []", "shots: {a: 1}", "look: x"])
def test_without_a_list_of_shots_only_the_shape_is_told(shots: str, boards: Path) -> None:
    """Nothing is said of references and models where no shot can be looked at."""
    text = HEAD + f"references: {{vixen: {{image: refs/gone.png}}}}\nbogus: 1\n{shots}\n"

    assert told(text, boards) == of_shape_alone(text) != ()


@pytest.mark.parametrize("text", [*FAULTY, *GOOD])
def test_a_board_in_shape_is_told_as_the_rules_have_it(text: str, boards: Path) -> None:
    """Nothing is pruned, doubted or renamed where nothing is wrong with the shape."""
    assert told(text, boards) == in_order(by_the_rules(text, boards))


ANY_SHAPE = st.sampled_from(
    [None, "", " ", -1, 1.5, [], [[]], {}, {"bogus": 1}, "a b", ["", 3], True]
)

NAMELESS = st.sampled_from([None, "", [], {}])  # what could be no name that others use


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in a board."""
    found, waiting = [], [(path, value)]
    while waiting:
        path, value = waiting.pop()
        found.append(path)
        if isinstance(value, (dict, list)):
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            waiting += [((*path, key), inner) for key, inner in pairs]
    return sorted(found[1:], key=str)


def sabotaged(board: Any, data: st.DataObject) -> Any:
    """One thing in the board taken out, misspelt or written in a way it cannot be."""
    spoilt = copy.deepcopy(board)
    path = data.draw(st.sampled_from(leaves(spoilt)))
    holder = spoilt
    for part in path[:-1]:
        holder = holder[part]
    way = data.draw(st.sampled_from(["other", "gone", "misspelt", "beside"]))
    names_a_shot = path[-1] == "id" or (path[0] == "shots" and len(path) == 2)
    if way == "other" or isinstance(holder, list) or (path[0] == "references" and len(path) == 2):
        holder[path[-1]] = data.draw(NAMELESS if names_a_shot else ANY_SHAPE)
    elif way == "gone":
        del holder[path[-1]]
    elif way == "misspelt":
        holder[f"{path[-1]}e"] = holder.pop(path[-1])
    else:
        holder["bogus"] = data.draw(ANY_SHAPE)
    return spoilt


def dumped(board: Any) -> str:
    return yaml.safe_dump(board, sort_keys=False, allow_unicode=True, width=10_000)


def meanings(text: str, faults: Iterable[Fault]) -> set[tuple[str, str]]:
    """The faults of meaning, by code and the text they point at.

    Doubts about seeds are told once for a model, at whichever shot comes first: they are left out.
    """
    lines = Source(text)
    return {
        (fault.code, lines.line(fault.span.line)[fault.span.column - 1 : fault.span.end_column - 1])
        for fault in faults
        if fault.code not in {*SHAPE, "seed-unsure"}
    }


@some
@given(text=st.sampled_from([*FAULTY, *GOOD]), data=st.data())
def test_what_is_told_stays_true_when_the_shape_is_mended(
    text: str, data: st.DataObject, boards: Path
) -> None:
    """No less is told than of the shape alone, and no more than of the sound board besides."""
    board = yaml.safe_load(yaml.safe_dump(_plain(parse(Source(text)).value)))
    sound, spoilt = dumped(board), dumped(sabotaged(board, data))
    alone, all_told = of_shape_alone(spoilt), told(spoilt, boards)
    assert set(alone) <= set(all_told)
    if alone:
        assert meanings(spoilt, all_told) <= meanings(sound, by_the_rules(sound, boards))


BESIDE = [("audio", "off"), ("scene", []), ("beat", 3), ("fit", "stretch"), ("camera", "wide")]


@some
@given(text=st.sampled_from([*FAULTY, *GOOD]), data=st.data())
def test_no_fault_waits_for_the_shape(text: str, data: st.DataObject, boards: Path) -> None:
    """Beside slips that hang together with nothing, all is told that the sound board has."""
    board = yaml.safe_load(yaml.safe_dump(_plain(parse(Source(text)).value)))
    sound = dumped(board)
    board["title"] = 3
    for shot in board["shots"]:
        key, wrong = data.draw(st.sampled_from(BESIDE))
        shot[key] = wrong
    all_told = told(dumped(board), boards)

    assert sum(fault.code in SHAPE for fault in all_told) == len(board["shots"]) + 1
    assert meanings(dumped(board), all_told) == meanings(sound, told(sound, boards))


def _plain(value: Any) -> Any:
    """With lists for tuples, as YAML has them."""
    return json.loads(json.dumps(value))


def test_a_fault_in_the_sound_hides_what_speaks_and_no_more_is_guessed(boards):
    """Subtitles are not said to have nothing to read where the voice-over could not be read."""
    text = (
        "storyboard: 1\ntitle: T\nshots:\n  - {id: a, prompt: p, duration: 2s}\n"
        "sound:\n  music: {file: audio/theme.wav, level: -8}\n"
        "  voice_over:\n    - {at: a, text: Once.}\nsubtitles: {}\n"
    )
    assert codes(text, boards) == [("bad-value", 6)]
