"""Stores batches and imports through commands, and exports archives."""
