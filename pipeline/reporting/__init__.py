"""What a film looks like, for people: the contact sheet and the page written by every render."""
