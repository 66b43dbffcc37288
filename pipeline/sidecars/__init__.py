"""What is written beside a film or a board for people, git and other programs: text."""
