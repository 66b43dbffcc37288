"""Words that leave the project: no signed link, and no path of this machine. Pure."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.journal.telling import without_links

# a path from a root, a home or a drive, of at least two parts
_PATH = re.compile(
    r"(?<![\w.…/])(?:~?/|[A-Za-z]:[\\/])(?:[^\s\"'<>:;,()]+[\\/])+([^\s\"'<>:;,()]*)"
)


def discreet(text: str, root: Path) -> str:
    """A text with links cut to their hosts, and no path but in the project; of others the name."""
    inside = re.sub(re.escape(str(root.absolute())) + r"[\\/]", "", without_links(text))
    return _PATH.sub(lambda match: f"…/{match[1]}" if match[1] else "…", inside)
