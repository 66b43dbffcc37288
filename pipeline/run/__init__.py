"""Plan -> Clips: orders in the right order, several at once, each clip stored before it counts."""
