"""Converts external formats to records and back, without a database."""
