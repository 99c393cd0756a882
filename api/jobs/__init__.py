"""Runs background jobs."""
