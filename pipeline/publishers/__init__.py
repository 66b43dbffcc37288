"""Who puts local pictures where a route can read them that takes no uploads of its own."""
