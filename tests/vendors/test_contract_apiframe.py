"""Apiframe's adapter does what every adapter must, against Apiframe on the desk."""

from __future__ import annotations

from typing import ClassVar

from contract import HASTY, SECONDS
from contract_keys import KeyedContract

from pipeline.models.catalog import routes
from pipeline.vendors.apiframe import Apiframe
from pipeline.vendors.interface import Asked, Vendor


class TestApiframe(KeyedContract):
    """The contract, spoken to a desk that is as strict as the documentation."""

    desk_options: ClassVar = {"vendor": "apiframe"}
    wrong_key: ClassVar = "afk_wrong"

    def made(self, url: str, key: str) -> Vendor:
        return Apiframe(routes()["apiframe"], key, url, HASTY)

    def asked(self, pictures: tuple[str, ...] = ()) -> Asked:
        return Asked(
            model="happyhorse-1.1",
            mode="references" if pictures else "text",
            prompt="[Image 1] at [Image 2]" if pictures else "a fox at a gate",
            seed=42,
            seconds=SECONDS,
            resolution="720p",
            aspect="16:9",
            pictures=pictures,
        )
