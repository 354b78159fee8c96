"""The paper: PDF, spreadsheets, and reading a quote back."""
