"""Keeps a board's draft film current while its author works on it."""
