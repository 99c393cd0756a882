"""Records into commands: batches, imports, exports."""
