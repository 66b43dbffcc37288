"""Two texts told as one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.versions.words import compared, marked, shortened

WORDS = ["the", "fox", "runs", "over", "snow", ",", "slowly", "."]
words = st.lists(st.sampled_from(WORDS), max_size=12)


@given(words, words)
@settings(max_examples=60, deadline=None)
def test_both_texts_can_be_read_out_of_the_one(old, new):
    """Without what was put in it is the old text, without what was taken out the new one."""
    parts = compared(" ".join(old), " ".join(new))
    if parts is None:
        return
    for text, other in ((old, "in"), (new, "out")):
        assert " ".join(p.text for p in parts if p.kind != other) == " ".join(text)


def test_words_are_marked_as_git_marks_them():
    """What stands in another's place touches it."""
    parts = compared("the fox stops in the snow", "the fox runs in deep snow today")

    assert parts
    assert marked(parts) == "the fox [-stops-]{+runs+} in [-the-]{+deep+} snow {+today+}"


def test_texts_that_share_little_are_not_woven_together():
    """They are read one after the other."""
    assert compared("a door opens", "night over the whole coast") is None


def test_a_long_text_is_told_by_what_changed():
    """A few words on either side, no more."""
    text = " ".join(f"w{n}" for n in range(60))
    parts = compared(text, text.replace("w30", "new"))

    assert parts
    assert marked(shortened(parts)) == "… w25 w26 w27 w28 w29 [-w30-]{+new+} w31 w32 w33 w34 w35 …"
