"""A publisher's table in the user's own file, read key by key; each error names file and key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Table:
    """``[publisher.<name>]`` in ``file``."""

    file: str
    name: str
    values: Mapping[str, Any]

    def only(self, known: Collection[str]) -> None:
        """Refuse a key that means nothing.

        Raises:
            SettingsError: there is one.
        """
        for key in self.values:
            if key not in known:
                may = f"It may have: {', '.join(known)}." if known else "It takes no settings."
                raise SettingsError(
                    f"{self.file} sets `{key}` in [publisher.{self.name}], which is no setting "
                    "of it.",
                    hint=may,
                )

    def text(self, key: str, may: str, default: str | None = None) -> str:
        """A text with something in it; ``may`` says what may be written.

        Raises:
            SettingsError: it is none, or missing without a ``default``.
        """
        value = self.values.get(key, default)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self.refused(key, may)
        return value

    def number(self, key: str, default: int, least: int, most: int) -> int:
        """A whole number from ``least`` to ``most``.

        Raises:
            SettingsError: it is none.
        """
        value = self.values.get(key, default)
        if type(value) is not int or not least <= value <= most:
            raise self.refused(key, f"a whole number from {least:,} to {most:,}")
        return value

    def words(self, key: str, may: str) -> tuple[str, ...]:
        """A list of texts, at least one.

        Raises:
            SettingsError: it is none.
        """
        value = self.values.get(key)
        good = isinstance(value, list) and all(
            isinstance(word, str) and "\0" not in word for word in value
        )
        if not isinstance(value, list) or not good or not value or not value[0].strip():
            raise self.refused(key, may)
        return tuple(value)

    def refused(self, key: str, may: str) -> SettingsError:
        """The error for a value that means nothing, or is missing."""
        if key not in self.values:
            what = f"{self.file}: [publisher.{self.name}] lacks `{key}`."
        else:
            # the value is not shown: somebody may have put a password there
            what = f"{self.file}: `{key}` in [publisher.{self.name}] means nothing."
        return SettingsError(what, hint=f"Write {key} = {may}.")
