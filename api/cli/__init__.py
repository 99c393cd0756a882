"""The ``dateline`` command: one file for each group of commands."""
