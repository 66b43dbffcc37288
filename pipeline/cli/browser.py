"""Shows a link in the browser, where there is one with a window."""

from __future__ import annotations

import sys


def show_in_browser(link: str) -> None:
    """Open a link in the browser, if somebody sits at a terminal of a machine with windows.

    A browser of the terminal itself (w3m, lynx) would take the terminal away.
    """
    if not sys.stdout.isatty():
        return
    import webbrowser

    try:
        browser = webbrowser.get()
    except webbrowser.Error:  # there is none; the link is printed
        return
    if type(browser) is not webbrowser.GenericBrowser:
        browser.open(link)
