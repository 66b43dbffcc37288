"""What may be encoded before all clips are there: only what the film will surely use."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from test_timeline import clip, film, last_of, shot

from pipeline.film.certain import certain_parts
from pipeline.film.picture import cast, shown_of
from pipeline.film.timeline import Body, lay_timeline
from pipeline.media.filters import Frame
from pipeline.storyboard.shot import FrameOf
from pipeline.storyboard.transitions import Transition

RATE = Fraction(24)


def specimen(frame: Frame) -> str:
    """What our encoder's picture would have, for clips that never agree with it."""
    return f"ours, {frame.chroma}"


def over(one, frames=12):
    return replace(one, transition=Transition("dissolve", frames))


def like(parameters, frames=48):
    made = clip(frames)
    return replace(made, facts=replace(made.facts, parameters=parameters))


def told(laid, known, ask=specimen):
    """The certain parts as shots: one for a body, two for a blend."""
    found = certain_parts(laid, known, ask)
    return [] if found is None else ["".join(names(part)) for part in found.parts]


def names(part):
    bodies = (part,) if isinstance(part, Body) else (part.before, part.after)
    return tuple(body.cut.shot for body in bodies)


def key(part):
    bodies = (part,) if isinstance(part, Body) else (part.before, part.after)
    return getattr(part, "kind", ""), tuple((b.cut.shot, shown_of(b, RATE)) for b in bodies)


def test_each_clip_makes_its_body_certain_and_then_its_blends() -> None:
    """A transition needs both sides; a body only room for what its neighbours' take of it."""
    laid = film(shot("a", 48), *(over(shot(name, 48)) for name in "bcd"))
    known = {}
    seen = []
    for name in "abdc":
        known[name] = clip(48)
        seen.append(told(laid, known))
    assert seen == [
        ["a"],
        ["a", "ab", "b"],
        ["a", "ab", "b", "d"],
        ["a", "ab", "b", "bc", "c", "cd", "d"],
    ]


def test_a_body_that_a_short_neighbour_may_lengthen_waits() -> None:
    """Where half of the next shot is less than the transition, its clip decides how long it is."""
    laid = film(shot("a", 48), over(shot("b", 16)))
    assert told(laid, {"a": clip(48)}) == []


def test_plain_cuts_are_certain_at_once() -> None:
    """A trimmed shot hangs on no neighbour; a whole one may yet be copied with all the others."""
    laid = film(shot("a", 48), shot("b", 24), shot("c", 48))
    assert told(laid, {"a": clip(48)}) == []
    assert told(laid, {"a": clip(48), "b": clip(48)}) == ["a", "b"]
    assert told(laid, {"b": clip(48)}) == ["b"]
    assert told(laid, {"a": clip(48), "c": clip(48)}) == []  # b may be all that is asked for


def test_another_models_clips_may_decide_what_all_are_brought_to() -> None:
    """Where chroma lies hangs on clips that may be copied, while none of their make is here."""
    first, second = shot("a", 24), replace(shot("b", 48), model="unseen")
    assert told(film(first, second), {"a": clip(48)}) == []
    assert told(film(first, second, shot("c", 48)), {"a": clip(48), "c": clip(48)}) == []
    assert told(film(first, over(second)), {"a": clip(48)}) == ["a"]


def test_a_whole_film_of_agreeing_clips_is_never_encoded() -> None:
    """Whatever order they come in, nothing is done that the joining does without."""
    laid = film(*(shot(name, 48) for name in "abc"))
    assert told(laid, {name: clip(48) for name in "abc"}) == []


def test_a_dropped_head_waits_for_the_clip_it_copies() -> None:
    """A shot that starts on another's frame is encoded as soon as that one is there."""
    laid = film(shot("a", 48), shot("b", 48, last_of("a")), shot("c", 48, last_of("b")))
    assert told(laid, {"b": clip(48)}) == []
    assert told(laid, {"a": clip(48), "b": clip(48)}) == ["a", "b"]


def test_clips_that_agree_with_the_encoder_are_left_to_be_copied() -> None:
    """Of the two places of chroma the one that the most clips have is waited for."""
    laid = film(shot("a", 48), shot("b", 24), shot("c", 48))
    ours = {"a": like("ours, centre"), "b": clip(48)}
    assert told(laid, ours) == ["b"]
    found = certain_parts(laid, ours, specimen)
    assert found is not None
    assert found.frame.chroma == "centre"


KINDS = st.sampled_from(["theirs", "ours, left", "ours, centre"])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nothing_is_encoded_in_vain(data: st.DataObject) -> None:
    """Whatever comes, in whatever order, what was certain is encoded by the film, as it was."""
    count = data.draw(st.integers(1, 5))
    made_with = {model: data.draw(KINDS) for model in ("one", "other")}
    shots, clips = [], {}
    for n in range(count):
        model = data.draw(st.sampled_from(sorted(made_with)))
        one = replace(shot(f"s{n}", data.draw(st.integers(20, 40))), model=model)
        if n and data.draw(st.booleans()):
            moment = data.draw(st.sampled_from(["last", "first", Fraction(1)]))
            one = replace(one, first_frame=FrameOf(f"s{n - 1}", moment))
        if length := data.draw(st.integers(0, 9)):
            one = over(one, length)
        shots.append(one)
        clips[one.id] = like(made_with[model], data.draw(st.sampled_from([one.cut, 20, 45])))
    laid = film(*shots)
    timeline = lay_timeline(laid, clips)
    final = cast(timeline, set(), specimen)
    encoded = {key(part) for n, part in enumerate(timeline.parts) if n not in final.copied}
    known = {}
    for name in data.draw(st.permutations(list(clips))):
        known[name] = clips[name]
        found = certain_parts(laid, known, specimen)
        if found and found.parts:
            assert found.frame == final.frame
            assert {key(part) for part in found.parts} <= encoded
    if found:
        assert {key(part) for part in found.parts} == encoded
    else:
        assert not encoded
