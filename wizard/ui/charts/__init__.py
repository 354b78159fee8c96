"""Charts, drawn by hand, each with a text that says the same."""
