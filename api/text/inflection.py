"""Inflected forms of names: case endings, and the letters that Arabic and Hebrew write before a word.

``stem`` gives all forms of a word one key, and different words too. ``is_inflection`` decides.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from api.text.folding import fold
from api.text.word_lists import ENGLISH, FINNISH, GERMAN, HUNGARIAN, OTHER, SLAVIC

_LONGEST_STEMMED = 40
"""The length in characters of the longest word that is stemmed."""

_CASELESS = re.compile(r"\A(?:[0-9]|[^\W\d_a-zà-ɏͰ-ӿ֐-ۿḀ-῿])")
_LATIN_ENDING = re.compile(
    "(?:nak|nek|ban|ben|hoz|hez|tol|rol|nal|nel|lle|lla|lta|ssa|sta|ksi|[aeiouymsnv]|ho|go|mu|ej)+$"
)
_CYRILLIC_LETTERS = "аеиоуыэюяьіјєвгм"
_ARABIC_PREFIX = re.compile(r"\A(?:ال|[وفبلك])+(?=..)")
_HEBREW_PREFIX = re.compile("\\A[ובלכמשה]+(?=..)")
_FLEETING = re.compile("[aeiouаеиоуі]([^aeiouаеиоуі])$")


class _Stems(dict[str, str]):
    """The keys of words, computed once."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def __missing__(self, word: str) -> str:
        key = stem(fold(word))
        if len(word) <= _LONGEST_STEMMED:
            if len(self) >= self._size:
                self.clear()
            self[word] = key
        return key


def new_stems(size: int) -> dict[str, str]:
    """A mapping of words to their keys that keeps up to ``size`` of them."""
    return _Stems(size)


def stem(word: str) -> str:
    """The key that a folded word shares with its inflected forms."""
    if len(word) > _LONGEST_STEMMED or len(word) < 3 or not word.isalpha():
        return word
    first = word[0]
    if first.isascii():
        return _shortened(word, _LATIN_ENDING.sub("", word))
    if "\u0400" <= first <= "\u052f":
        return _shortened(word, word.rstrip(_CYRILLIC_LETTERS), least=1)
    if "\u0620" <= first <= "\u06ff":
        return _ARABIC_PREFIX.sub("", word)
    if "\u05d0" <= first <= "\u05ea":
        return _HEBREW_PREFIX.sub("", word)
    return word


def _shortened(word: str, base: str, least: int = 2) -> str:
    return word[:least] if len(base) < 2 else _FLEETING.sub(r"\1", base) if len(base) > 2 else base


# Nominative ending, then the endings of the genitive, dative, accusative, instrumental and locative, each with
# variants. Names are folded: й and и, ї and і, ł and l are equal.
_CYRILLIC = """
=:а я:у ю ові еві:а я:ом ем ым им єм:е у ю ові еві і
ь:я:ю еві:я:ем ем:е і
и:я:ю єві еві:я:ем єм:е и і
о:а:у ові:а:ом:і у ові
ыи:ого его:ому ему:ого:ым им:ом ем
ии:ого его:ому ему:ого его:ым им:ом ем ому ім
ои:ого:ому:ого:ым им:ом
а:ы и е:е і и:у:ои ею ою еи ом:е і
а:ои оі:ои іи:у:ои ою:ои іи
я:и і е:е и і:ю у:еи ею єю ом:е и і
ая:ои:ои:ую:ои ою:ои
яя:еи:еи:юю:еи:еи
"""
_LATIN = """
=:a e u:u ovi owi i:a e:em om iem:u e ie ovi owi i
o:a y:ovi owi u:a:em om:ovi owi u
a:y i e:e i ovi owi ie:u e o:ou a om:e i ovi ie
a:e ej iej:e ej oj iej:u ou a:ou a om:e ej iej
y:eho ego og oga:emu omu om ome:eho ego og oga:ym im em:em ym om ome im
i:iego eho ego iho og oga:iemu emu imu omu om ome:iego eho ego iho og oga:im m:im em om ome
i:ho ja:mu ju:ho ja:m jem:m ju
y:ho:mu:ho:m:m
e:ho ja:mu ju:ho ja:m jem:m ju
"""


def _paradigms(table: str) -> list[tuple[str, list[frozenset[str]]]]:
    rows = [line.split(":") for line in table.split("\n") if line]
    return [(ending.strip("="), [frozenset(case.split()) for case in cases]) for ending, *cases in rows]


_CYRILLIC_PARADIGMS, _LATIN_PARADIGMS = _paradigms(_CYRILLIC), _paradigms(_LATIN)
_CASES = range(5)
_VOWELS = "aeiouyаеиоуыэюяіь"
_FINNISH_FORM = re.compile("(?:i?n|i?lle|i?lla|i?lta|i?ssa|i?sta|i?ksi|i?a|ta|hin|i?in)$")
_HUNGARIAN_FORM = re.compile("nak|nek|ban|ben|hoz|hez|tol|rol|nal|nel")
_ARABIC_FORM = re.compile("[وف]?[بلك]?")
_HEBREW_FORM = re.compile("[ובלכמשה]{1,3}")


def is_inflection(
    name: Sequence[str], written: Sequence[str], language: str | None, is_possessed: Callable[[], bool]
) -> bool:
    """Whether the written words, folded like the name's, are an inflected form of it in this language or family.

    ``is_possessed`` tells whether a noun follows immediately, as after a genitive of German.
    """
    first = name[0][0]
    if "\u0400" <= first <= "\u052f":
        return _is_declined(name, written, _CYRILLIC_PARADIGMS, least=1)
    if "\u0590" <= first <= "\u06ff":
        return name[1:] == written[1:] and (len(name) > 1 or len(name[0]) > 3) and _has_prefix(name[0], written[0])
    if not first.isascii() or language in (ENGLISH, OTHER):
        return False
    if name[:-1] == written[:-1] and written[-1].startswith(name[-1]):
        ending = written[-1][len(name[-1]) :]
        if ending == "s" and (language == GERMAN or (language is None and is_possessed())):
            return True
        if language in (FINNISH, None) and len(name) > 1 and _is_suffix(_FINNISH_FORM, ending, language):
            return True
        if language in (HUNGARIAN, None) and len(name) > 1 and _HUNGARIAN_FORM.fullmatch(ending):
            return True
    return language in (SLAVIC, None) and _is_declined(
        name, written, _LATIN_PARADIGMS, least=min(len(name), 2) if language is None else 1
    )


def _is_suffix(form: re.Pattern[str], ending: str, language: str | None) -> bool:
    return bool(form.fullmatch(ending)) and (language is not None or len(ending) > 1)


def _has_prefix(name: str, written: str) -> bool:
    if "\u05d0" <= name[0] <= "\u05ea":
        return written.endswith(name) and bool(_HEBREW_FORM.fullmatch(written[: -len(name)]))
    # ل and the article make لل.
    if name.startswith("ال") and written.endswith(f"لل{name[2:]}"):
        return written[: -len(name)] in ("", "و", "ف")
    return written.endswith(name) and bool(_ARABIC_FORM.fullmatch(written[: -len(name)]))


def _is_declined(
    name: Sequence[str],
    written: Sequence[str],
    paradigms: Iterable[tuple[str, list[frozenset[str]]]],
    least: int,
) -> bool:
    """Whether all words are in the same case, at least as many of them as ``least`` changed."""
    shared: frozenset[tuple[int, bool]] | None = None
    changed = 0
    for word, form in zip(name, written, strict=True):
        cases = _cases(word, form, paradigms)
        changed += word != form
        if word == form:
            cases |= _unchanged(word, is_last=word is name[-1])
        shared = cases if shared is None else shared & cases
    return bool(shared) and changed >= least


def _unchanged(word: str, *, is_last: bool) -> frozenset[tuple[int, bool]]:
    """The cases, and whether of women, in which a word can stay as it is."""
    every = frozenset((case, feminine) for case in _CASES for feminine in (False, True))
    if word[-1] in _VOWELS and word[-1] not in "aая":
        return every
    # A surname that ends with a consonant stays the same for a woman; particles and initials for everyone.
    return every if len(word) < 4 and not is_last else frozenset((case, True) for case in _CASES)


def _cases(word: str, form: str, paradigms: Iterable[tuple[str, list[frozenset[str]]]]) -> frozenset[tuple[int, bool]]:
    """The cases of a word that this form can be, each with whether it can be of a woman's name."""
    found: set[tuple[int, bool]] = set()
    for ending, cases in paradigms:
        if not word.endswith(ending) or (not ending and word[-1] in _VOWELS):
            continue
        for base in _bases(word[: len(word) - len(ending)], fleeting=not ending):
            if form.startswith(base):
                rest = form[len(base) :]
                genders = (True, False) if ending[-1:] in ("a", "а", "я") else (False,)
                found |= {(case, gender) for case in _CASES if rest in cases[case] for gender in genders}
    return frozenset(found)


def _bases(base: str, *, fleeting: bool) -> Iterable[str]:
    """A word without its ending, and as it is before an ending: Pavel and Pavl-, Федір and Федор-, Лев and Льв-."""
    yield base
    if fleeting and base[-3:-1] == "ле":
        yield f"{base[:-2]}ь{base[-1]}"
    if fleeting and len(base) > 3:
        yield _FLEETING.sub(r"\1", base)
        if base[-2] == "і":
            yield f"{base[:-2]}о{base[-1]}"
