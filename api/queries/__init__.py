"""SQL that reads: one file for each question."""
