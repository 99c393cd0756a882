"""What the other packages share about articles and entities."""
