"""The memory of worker processes."""

import ctypes

# mallopt's name for the size from which a block is mapped by itself, and so is returned to the system once it is freed.
_M_MMAP_THRESHOLD = -3
MAPPED_FROM_BYTES = 256 * 1024


def return_large_blocks() -> None:
    """Have blocks of MAPPED_FROM_BYTES and more returned to the system when they are freed.

    By itself, glibc raises that size to 32 MiB as it sees larger blocks, and keeps those below: after twenty responses
    of 4 MiB at once, three times the memory that a process had before. Other C libraries have no such setting.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_M_MMAP_THRESHOLD, MAPPED_FROM_BYTES)
