"""The memory of worker processes."""

import ctypes

# Names of mallopt's: the size from which a block is mapped by itself, and so is returned to the system once it is
# freed; and how much may be free at the end of a heap before it is returned.
_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -3, -1
MAPPED_FROM_BYTES = 256 * 1024
TRIMMED_FROM_BYTES = 4 * 1024 * 1024


def return_large_blocks() -> None:
    """Have blocks of MAPPED_FROM_BYTES and more, and ends of heaps, returned to the system when they are freed.

    By itself, glibc raises both sizes, to 32 and 64 MiB, as it sees larger blocks: after twenty responses of 4 MiB at
    once, a process kept three times the memory that it had before. Smaller sizes cost page faults on each large
    response. Other C libraries have no such setting.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_M_MMAP_THRESHOLD, MAPPED_FROM_BYTES)
        mallopt(_M_TRIM_THRESHOLD, TRIMMED_FROM_BYTES)
