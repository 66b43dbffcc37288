"""Text -> Storyboard -> Shots: what an author wrote, checked, with every question answered."""
