"""The files that run it, and their checks."""
