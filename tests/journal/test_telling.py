"""The journal told to people and machines, with nothing private in it."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from drafts import LINK, Clock, live

from pipeline.files import digest_of_bytes
from pipeline.journal.journal import Journal
from pipeline.journal.telling import host_of, journal_document, journal_text, without_links


@pytest.fixture
def told(tmp_path):
    """A whole life and one that went wrong, with their events."""
    with Journal(tmp_path / "journal.db", clock=Clock(0.0)) as journal:
        live(journal)
        wrong = live(journal, "k1-b", until="running", estimate=None)
        journal.move(wrong.id, "failed", detail=f"could not read {LINK}",
                     error=f"The vendor said \x1b[31m{LINK}.", charged="refunded")  # fmt: skip
        return journal.all(), journal.events()


def test_a_person_reads_a_line_an_event(told):
    """Who, what, where, how it stands and what it cost; then what happened, in order."""
    lines = journal_text(*told, {1: "2b0c6c1e"}).splitlines()

    assert lines[0] == (
        "1  launch-day sh010  happyhorse-1.1 through apiframe  committed, charged, 124 credits"
    )
    assert "   job: 2b0c6c1e" in lines
    assert "   links: cdn.example.com/…" in lines
    events = [line.split()[2] for line in lines if line.startswith("   19")]
    assert events[:7] == [
        "intent", "sending", "submitted", "running", "succeeded", "fetched", "committed",
    ]  # fmt: skip
    assert "failed, refunded, price unknown" in "\n".join(lines)
    assert lines[-1].endswith("failed     could not read cdn.example.com/…")


def test_an_empty_journal_says_so():
    """Nothing posted is worth a sentence."""
    assert journal_text((), ()) == "The journal is empty: nothing was ever posted."


def test_nothing_private_is_told(told):
    """No link beyond its host, no body, no handle, no letter a terminal would obey."""
    attempts, events = told
    text = journal_text(attempts, events)
    document = json.dumps(journal_document(attempts, events), ensure_ascii=False)

    for private in ("sesame", "videos/2b0c", "2b0c6c1e", '{"prompt": "A fox"}', "\x1b"):
        assert private not in text
        assert private not in document
    assert digest_of_bytes(b'{"prompt": "A fox"}') in text
    assert digest_of_bytes(b'{"prompt": "A fox"}') in document


def test_the_document_is_exact(told):
    """Amounts as text, so that thirds stay thirds; events with their attempt."""
    attempts, events = told
    thirds = replace(attempts[0], cost=Fraction(1, 3))
    document = journal_document([thirds], events, {1: "job"})

    assert document["schema"] == 1
    (one,) = document["attempts"]
    assert (one["cost"], one["estimate"], one["seconds"]) == ("1/3", "120", "5")
    assert (one["state"], one["live"], one["charged"], one["job"]) == (
        "committed", False, "yes", "job",
    )  # fmt: skip
    assert [event["state"] for event in one["events"]][-1] == "committed"
    assert len(one["events"]) == 7


def test_links_are_cut_to_their_host():
    """Wherever they stand, whatever they carry, also a name and password."""
    text = "see https://ann:pw@cdn.example.com:8443/a?b=c, or (s3://bucket/x) http://[bad"
    assert without_links(text) == "see cdn.example.com/… or (bucket/… a link/…"
    assert without_links("\x1b[31mhttps://a.example/secret") == " [31a.example/…"
    assert host_of("nonsense") == "a link/…"
