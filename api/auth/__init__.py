"""API keys: what they look like, and what each scope allows."""
