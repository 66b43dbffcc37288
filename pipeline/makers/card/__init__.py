"""Draws titles and end cards: words on a colour or a picture."""
