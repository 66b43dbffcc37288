"""Where a route's key comes from, and where it may go: the user's own say, never a project's.

The environment first, then a ``.env`` in the project's folder, which may set the key variables that
routes name and nothing else, and must not be in git. An address other than the vendor's own needs a
key variable of its own, so that a key can never be sent to a stranger by a changed address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pipeline.errors import SettingsError
from pipeline.models.abilities import Route
from pipeline.models.catalog import routes
from pipeline.tracked import is_tracked

DOTENV = ".env"

_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*", re.ASCII)
_QUOTED = re.compile(r"\"([^\"]*)\"(?:\s+#.*)?|'([^']*)'(?:\s+#.*)?")
_KEY = re.compile(r"[!-~]{4,4096}")
_KEY_NAME = re.compile(r"[A-Z][A-Z0-9_]*_KEY")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class RouteAccess:
    """Where a route is reached, and with which key; ``key`` is none where there is none.

    The key is in no ``repr``.
    """

    base_url: str
    key_variable: str
    key: str | None = field(repr=False)


def access_to(route: Route, root: Path, environment: Mapping[str, str]) -> RouteAccess:
    """How to reach ``route``, from the environment and the project's ``.env``.

    ``STORYREEL_<ROUTE>_URL`` is another address for it, ``STORYREEL_<ROUTE>_KEY_VARIABLE`` the
    name of the variable that holds the key for that address.

    Raises:
        SettingsError: a value means nothing, would send a vendor's key elsewhere, or the key lies
            in a file that git tracks.
    """
    if route.base_url is None or route.key_variable is None:
        raise SettingsError(f"{route.title} has no address that is known here.")
    prefix = f"STORYREEL_{re.sub(r'[^A-Z0-9]', '_', route.name.upper())}"
    url_name, variable_name = f"{prefix}_URL", f"{prefix}_KEY_VARIABLE"
    base_url = (environment.get(url_name) or route.base_url).strip().rstrip("/")
    variable = (environment.get(variable_name) or route.key_variable).strip()
    if _origin(base_url, url_name) != _origin(route.base_url, route.name):
        _refuse_vendors_key(route, variable, url_name, variable_name)
    return RouteAccess(base_url, variable, find_key(variable, root, environment))


def find_key(variable: str, root: Path, environment: Mapping[str, str]) -> str | None:
    """The key in ``variable``: from the environment, else from ``.env`` in ``root``.

    Raises:
        SettingsError: it is no key, or lies in a ``.env`` that git tracks.
    """
    if found := environment.get(variable, "").strip():
        return _checked(found, variable, "the environment")
    if variable not in key_variables():
        return None
    path = root / DOTENV
    found = _read_dotenv(path).get(variable, "").strip()
    if not found:
        return None
    if is_tracked(path):
        raise SettingsError(
            f"{path} holds {variable} and is tracked by git, where others can read it.",
            hint=f"Run git rm --cached {DOTENV}, add it to .gitignore, and get a new key: "
            "the old one is in the history.",
        )
    return _checked(found, variable, str(path))


def key_variables() -> frozenset[str]:
    """The variables that routes name: the only ones a ``.env`` may set."""
    named = (route.key_variable for route in routes().values())
    return frozenset(name for name in named if name and _KEY_NAME.fullmatch(name))


def _read_dotenv(path: Path) -> dict[str, str]:
    """``NAME=value`` by name; values may be quoted, ``#`` begins a remark. Nothing is expanded."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no text"  # never what it holds
        raise SettingsError(f"{path} cannot be read: {why}.") from None
    found = {}
    for line in text.splitlines():
        if match := _ASSIGNMENT.fullmatch(line):
            found[match[1]] = _value(match[2])
    return found


def _value(written: str) -> str:
    if match := _QUOTED.fullmatch(written):
        return match[1] if match[1] is not None else match[2]
    return re.split(r"(?:^|\s)#", written, maxsplit=1)[0].strip()


def _checked(key: str, variable: str, where: str) -> str:
    if not _KEY.fullmatch(key):
        raise SettingsError(
            f"{variable} in {where} is no key: it is too short or too long, "
            "or has blanks or signs that no key has.",
            hint="Copy it anew, without quotes around it.",
        )
    return key


def _origin(url: str, name: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise _no_address(name) from None
    if not host or parts.scheme not in _PORTS or _has_more(url, parts):
        raise _no_address(name)
    return parts.scheme, host, port


def _has_more(url: str, parts: SplitResult) -> bool:
    """A name, a password, a query, or signs that address readers disagree about."""
    return "@" in parts.netloc or bool(parts.query or parts.fragment or re.search(r"[\s\\]", url))


def _no_address(name: str) -> SettingsError:
    return SettingsError(
        f"{name} is no address to reach a route at.",
        hint="Write https://host, or http://127.0.0.1:8787, without a name, a password or a ?.",
    )


def _refuse_vendors_key(route: Route, variable: str, url_name: str, variable_name: str) -> None:
    if variable not in key_variables():
        return
    raise SettingsError(
        f"{url_name} is another address than {route.title}'s own, "
        f"and the key in {variable} is for nobody else.",
        hint=f"Name a variable of its own for that address: {variable_name}=MY_OTHER_KEY.",
    )
