"""How a list of articles is found: filters, plan, access path, paging."""
