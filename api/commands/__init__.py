"""SQL that writes: each function is called inside one transaction, and records its changes last."""
