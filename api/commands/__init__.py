"""SQL that writes. Functions run inside a transaction of their caller, and the change log is written last."""
