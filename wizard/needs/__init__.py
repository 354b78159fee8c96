"""What is asked: the needs, presets, the flow of questions and project files."""
