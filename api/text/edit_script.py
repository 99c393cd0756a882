"""The shortest edit script of two sequences, with bounded work (E. W. Myers: An O(ND) Difference Algorithm, 1986)."""

from collections.abc import Hashable, Sequence

Block = tuple[int, int, int, int]
"""Where two sequences differ: ``(0, 1, 2, 3)`` says that old[0:1] was replaced by new[2:3]."""


def changed_blocks(old: Sequence[Hashable], new: Sequence[Hashable], steps: int) -> tuple[list[Block] | None, int]:
    """The blocks in which two sequences differ, in order, None if that takes too many steps; and the steps left.

    A step compares two elements. Time and memory are proportional to the steps and the length of the sequences.
    """
    shorter = min(len(old), len(new))
    prefix = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    rest = shorter - prefix
    suffix = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    # Numbers are compared faster than texts.
    numbers: dict[Hashable, int] = {}
    a, b = (
        [numbers.setdefault(element, len(numbers)) for element in sequence[prefix : len(sequence) - suffix]]
        for sequence in (old, new)
    )
    if not a or not b:
        return ([(prefix, prefix + len(a), prefix, prefix + len(b))] if a or b else []), steps
    trace, left = _search(a, b, steps)
    if trace is None:
        return None, left
    blocks = _blocks(trace, len(a), len(b))
    return [(w + prefix, x + prefix, y + prefix, z + prefix) for w, x, y, z in blocks], left


def _search(a: Sequence[int], b: Sequence[int], steps: int) -> tuple[list[dict[int, int]] | None, int]:
    """For each number of edits, how far into ``a`` each diagonal reaches; None when the steps are used up."""
    reached: dict[int, int] = {1: 0}
    trace: list[dict[int, int]] = []
    for edits in range(len(a) + len(b) + 1):
        trace.append(reached.copy())
        lowest, highest = -edits + 2 * max(0, edits - len(b)), edits - 2 * max(0, edits - len(a))
        steps -= highest - lowest + 1
        for diagonal in range(lowest, highest + 1, 2):
            begin = at = _begin(reached, diagonal, edits)
            while at < len(a) and at - diagonal < len(b) and a[at] == b[at - diagonal]:
                at += 1
            steps -= at - begin
            reached[diagonal] = at
            if at >= len(a) and at - diagonal >= len(b):
                return trace, max(steps, 0)
        if steps < 0:
            break
    return None, 0


def _begin(reached: dict[int, int], diagonal: int, edits: int) -> int:
    """Where a diagonal begins: below the one above it by an insertion, or beside the one below by a deletion."""
    above, below = reached.get(diagonal + 1, -1), reached.get(diagonal - 1, -1)
    return above if _is_insertion(above, below, diagonal, edits) else below + 1


def _is_insertion(above: int, below: int, diagonal: int, edits: int) -> bool:
    return diagonal == -edits or (diagonal != edits and below < above)


def _blocks(trace: list[dict[int, int]], x: int, y: int) -> list[Block]:
    """The edits on the way back from the end of both sequences, adjacent ones as one block."""
    blocks: list[list[int]] = []
    for edits in range(len(trace) - 1, 0, -1):
        diagonal = x - y
        above, below = (trace[edits].get(diagonal + side, -1) for side in (1, -1))
        inserted = _is_insertion(above, below, diagonal, edits)
        x = above if inserted else below
        y = x - (diagonal + 1 if inserted else diagonal - 1)
        end_x, end_y = (x, y + 1) if inserted else (x + 1, y)
        if blocks and (blocks[-1][0], blocks[-1][2]) == (end_x, end_y):
            blocks[-1][0], blocks[-1][2] = x, y
        else:
            blocks.append([x, end_x, y, end_y])
    return [(block[0], block[1], block[2], block[3]) for block in reversed(blocks)]
