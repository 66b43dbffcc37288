"""Versions of a board in git: what changed in the film between two, and an old film shown again."""
