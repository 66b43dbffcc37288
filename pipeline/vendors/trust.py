"""Whose certificates are believed, by the usual variables.

The first of ``SSL_CERT_FILE``, ``SSL_CERT_DIR``, ``REQUESTS_CA_BUNDLE`` and ``CURL_CA_BUNDLE``
that is set counts, and instead of the public authorities, as everywhere: a company's bundle holds
those too, or does not on purpose. Nothing switches the checking off.
"""

from __future__ import annotations

import functools
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.settings import environment
from pipeline.vendors.proxies import Proxies, proxies_of

VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_FOLDERS = "SSL_CERT_DIR"  # the only one that may list several, as a PATH does


@dataclass(frozen=True, slots=True)
class Bundle:
    """Certificates to believe: a file, or folders of them, and the variable that names them."""

    variable: str
    value: str

    def __str__(self) -> str:
        return f"{self.value} ({self.variable})"


def bundle_of(given: Mapping[str, str] | None = None) -> Bundle | None:
    """The bundle that is set; ``given`` absent, in the process's own environment."""
    variables = environment() if given is None else given
    found = ((name, variables.get(name, "").strip()) for name in VARIABLES)
    return next((Bundle(name, value) for name, value in found if value), None)


@functools.cache
def context_of(bundle: Bundle) -> ssl.SSLContext:
    """The certificates of a bundle, read once: it takes longer than a request.

    Raises:
        SettingsError: they are not there, or are none.
    """
    folders = [Path(part) for part in bundle.value.split(os.pathsep) if Path(part).is_dir()]
    whole = Path(bundle.value).is_dir() or (bundle.variable == _FOLDERS and folders)
    try:
        if whole:
            _refuse_empty(bundle, folders)
            return ssl.create_default_context(capath=bundle.value)
        if bundle.variable == _FOLDERS:
            raise _unusable(bundle, "it is no folder")
        with Path(bundle.value).open("rb"):  # the library's own words for it are hard to read
            pass
        return ssl.create_default_context(cafile=bundle.value)
    except ssl.SSLError:
        raise _unusable(bundle, "it holds no certificates, or a broken one") from None
    except OSError as error:
        raise _unusable(bundle, error.strerror or str(error)) from None
    except ValueError:
        raise _unusable(bundle, "it is no path") from None


def check_network(given: Mapping[str, str] | None = None) -> tuple[Proxies, Bundle | None]:
    """The proxies and the certificates that are set, once both are seen to be usable.

    Raises:
        SettingsError: a variable holds no proxy, or names no certificates.
    """
    proxies, bundle = proxies_of(given), bundle_of(given)
    if bundle:
        context_of(bundle)
    return proxies, bundle


def _refuse_empty(bundle: Bundle, folders: list[Path]) -> None:
    """A folder counts by its hashed names alone, so one that lacks them would trust nobody."""
    named = (path.name for folder in folders for path in folder.iterdir())
    if not any(name.rpartition(".")[2].isdigit() for name in named):
        raise _unusable(bundle, "it holds no certificates under their hashed names")


def _unusable(bundle: Bundle, why: str) -> SettingsError:
    return SettingsError(
        f"{bundle.variable} names {bundle.value}, which cannot be used: {why}.",
        details="Nothing was sent.",
        hint=f"Name a PEM file of certificates in {VARIABLES[0]}, or unset {bundle.variable}."
        + (" Folders are made ready by openssl rehash." if bundle.variable == _FOLDERS else ""),
    )
