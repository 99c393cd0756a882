"""SQL that reads: what is listed has page(), what is shown alone has one()."""
