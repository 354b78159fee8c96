"""What exists: records, loading, overrides, names, and reading model files."""
