"""A film in one file: board, pictures, lock and clips together, and put in place elsewhere."""
