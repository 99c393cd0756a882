"""Background work that is due."""
