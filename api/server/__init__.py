"""Processes: what runs, in which order it starts, and how it ends."""
