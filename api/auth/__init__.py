"""API keys: their format, and what each scope permits."""
