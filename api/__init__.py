"""Dateline's server: HTTP in ``resources``, reading SQL in ``queries``, writing SQL in ``commands``."""
