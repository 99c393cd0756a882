"""HTTP: one file a noun; each operation reads its input, asks queries or commands, and answers."""
