"""SQL that writes: each function runs inside one transaction and records its changes last."""
