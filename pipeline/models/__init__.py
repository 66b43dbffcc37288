"""What each model can do and what each route asks for it: data, checked when loaded."""
