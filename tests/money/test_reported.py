"""The report of a film that was paid for: what went, through whom, and nothing that is secret."""

from __future__ import annotations

import re

from project import KEY, TWO


def test_the_page_of_a_paid_film_tells_its_price_and_keeps_its_secrets(new_project):
    """Route, job, day and credits stand in it; no key, no link, no path."""
    project = new_project(TWO)
    done = project.render()
    assert done.code == 0, done.said
    page = (project.output / "tiny" / "report.html").read_text(encoding="utf-8")
    words = " ".join(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL).split())

    assert "By the journal of this machine. route takes spent out in doubt apiframe 2" in words
    assert "apiframe 2 144 credits - -" in words
    assert "144 credits spent" in words
    assert words.count("route apiframe cost 72 credits made 20") == 2
    assert KEY not in page
    assert str(project.root) not in page
    assert not re.search(r"https?:|127\.0\.0\.1|localhost", page)


def test_without_the_journal_the_lock_tells_the_price(new_project):
    """A colleague who has the lock and the clips reads what was paid."""
    project = new_project(TWO)
    assert project.render().code == 0
    (project.output / "journal.db").unlink()
    done = project.run("report", "tiny")
    assert done.code == 0, done.said
    page = (project.output / "tiny" / "report.html").read_text(encoding="utf-8")

    assert "By the takes in the lock" in page
    assert "144 credits" in page
