"""SQL that reads: one file a noun, each with page() and one()."""
