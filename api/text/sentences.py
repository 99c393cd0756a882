"""Divides texts into sentences, by rules that hold for most written languages."""

import re
from collections.abc import Iterator

from api.text.folding import HAN, HANGUL, KANA

_ABBREVIATIONS = (
    # Titles and ranks.
    "mr mrs ms dr prof rev hon st sr jr mme mlle mm hr fr frl ing dipl pres gov sen rep sec gen lt col maj capt cmdr "
    "adm sgt cpl brig amb supt det insp msgr sra srta dra dott sig sigg doc mgr judr mudr phdr "
    # Companies, months, measures, references.
    "inc ltd co corp bros dept univ jan feb mar apr jun jul aug sep sept oct nov dec no nos nr vol vols pp fig art "
    "ca cf vs approx est al ed eds eg ie bzw usw evtl ggf inkl zzgl "
    # Russian, Ukrainian, Polish, Czech.
    "г гг т д тыс млн млрд руб ул им см стр др ст р тел проф акад ген м ks abp bp gen płk dyr ul tzn np tj tzv"
)
# Words after which an initialism was the end of the sentence before: "in the U.S. He said".
_OPENERS = (
    "he she it they we i you the a an this that these those but and in on at for from to when while after before as if "
    "there here his her its their our who what why how where"
)
_ABBREVIATED = frozenset(_ABBREVIATIONS.split())
_OPENING = frozenset(_OPENERS.split())

_CLOSING = "\"'”’»›)\\]」』）】〉》"
_END = re.compile(
    # A full stop of Chinese, Japanese, Indic, Armenian or Ethiopic script needs no space after it.
    f"[。．！？｡।॥։።]+[{_CLOSING}]*"
    # The lookbehind keeps the search linear in texts such as "......".
    f"|(?<![.!?…؟۔])[.!?…؟۔]++[{_CLOSING}]*+(?=\\s)"
    # Korean and Japanese are often set without a space after a full stop of an alphabet.
    f"|(?<=[{HANGUL}{KANA}{HAN}])[.!?]++[{_CLOSING}]*+(?=[{HANGUL}{KANA}{HAN}])"
    # A blank line, or the end of a line.
    r"|\n\s*"
)
_WORD_BEFORE = re.compile(r"[\w.]{1,20}\Z")
_WORD_AFTER = re.compile(r"\s*[^\w\s]{0,3}(\w{1,20})")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and stop of each sentence, in reading order, as offsets in characters. None is blank.

    A sentence ends with its punctuation, and at the end of a line unless the next line goes on in lower case.
    Abbreviations and initials do not end a sentence.
    """
    start = 0
    for end in _END.finditer(text):
        if _ends(text, end):
            yield from _stripped(text, start, end.end())
            start = end.end()
    yield from _stripped(text, start, len(text))


def _stripped(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    sentence = text[start:stop]
    if bare := sentence.strip():
        first = start + len(sentence) - len(sentence.lstrip())
        yield first, first + len(bare)


def _ends(text: str, end: re.Match[str]) -> bool:
    """Whether the sentence ends here, where punctuation or the end of a line was found."""
    after = _WORD_AFTER.match(text, end.end())
    follows = after[1] if after else ""
    if end[0][0] == "\n":
        return end[0].count("\n") > 1 or not follows[:1].islower()
    if follows[:1].islower():
        return False
    if end[0][0] != ".":
        return True
    before = _WORD_BEFORE.search(text, max(0, end.start() - 20), end.start())
    return not (before and _is_abbreviated(before[0], follows))


def _is_abbreviated(word: str, follows: str) -> bool:
    """Whether ``word`` before a full stop is an abbreviation, an initial, or an initialism such as ``U.S``."""
    last = word.rpartition(".")[2]
    if len(last) == 1 and last.isalpha() and last.isupper():
        return follows.lower() not in _OPENING
    return last.lower() in _ABBREVIATED
