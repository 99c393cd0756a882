"""Decides whether an occurrence of a name in a text is the name: its capitals, what precedes and what follows."""

import re
from collections.abc import Collection, Iterable
from enum import IntEnum
from functools import cached_property

from api.text import inflection, offices
from api.text import word_lists as lists
from api.text.article_words import HYPHENS, ArticleWords, Occurrence, Spelling
from api.text.folding import fold

_NEAR = 30
"""The number of words before and after a name that tell whether its sentence is written in capitals."""
_DASHES = (*HYPHENS, "–", "—")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30fe]")
_HAN_INSTITUTION = re.compile(
    "(?:総合|綜合|综合|紀念|纪念|記念|国際|國際|国际)?(?:大学|大學|大道|记念馆|館|馆|空港|機場|机场|広場|广场|廣場|路(?!线|線)|"
    "街(?!头|頭)|賞|奖|獎|杯|病院|医院|醫院|学校|學校|中学|小学|基金|財団|体育館|体育馆|体育场|公園|公园|大橋|大桥|記念堂|纪念堂|紀念堂)"
)
_HANGUL_INSTITUTION = re.compile(
    "(?:컨벤션|기념|국제)?(?:센터|기념관|도서관|대학교?|공항|재단|거리|광장|공원|병원|학교|대교|상|컵|문학상|평화상|미술관|박물관)(?:[은는이가을를의에]|에서|으로)?$"
)


class Verdict(IntEnum):
    """Whether an occurrence is the name. An UNSURE one counts if another occurrence in the article is not."""

    NO = 0
    INFLECTED = 1
    UNSURE = 2
    SURE = 3


class NameJudge:
    """Judges the occurrences of names in a text."""

    def __init__(self, text: ArticleWords, first_names: Collection[str], found: Iterable[Occurrence]) -> None:
        self._text = text
        self._first_names = first_names
        self._found = found

    @cached_property
    def _firsts(self) -> Collection[int]:
        return {at.first for at in self._known}

    @cached_property
    def _lasts(self) -> Collection[int]:
        return {at.last for at in self._known}

    @cached_property
    def _known(self) -> list[Occurrence]:
        return list(self._found)

    def phrase(self, name: Spelling, at: Occurrence) -> Verdict:
        """The verdict for a phrase of a tag."""
        if not self._text.is_spelled(name, at):
            return Verdict.NO
        for part, written in zip(name.words, self._text.written(at), strict=True):
            if part[0].isupper() and not written[0].isupper() and not self._after_hyphen(name, at):
                return Verdict.NO
            if len(part) > 1 and part.isupper() and (len(part) <= 3 or fold(part) in lists.ORDINARY):
                if not written.isupper():
                    return Verdict.NO
                if fold(part) in lists.ORDINARY and len(name.words) == 1 and self._is_shouted(at):
                    return Verdict.UNSURE
        return Verdict.SURE

    def name(self, name: Spelling, at: Occurrence, *, is_surname: bool = False) -> Verdict:
        """The verdict for a person's name, or for a surname alone."""
        exact = self._text.is_spelled(name, at)
        if not name.cased:
            if is_never_linked(name) or not (exact or self._is_inflected(name, at)) or not self._stands_alone(at):
                return Verdict.NO
            return Verdict.SURE if exact else Verdict.INFLECTED
        if not (exact or self._is_inflected(name, at)) or not self._has_capitals(name, at):
            return Verdict.NO
        if not self._has_gaps(name, at) or (not is_surname and is_never_linked(name)):
            return Verdict.NO
        single = is_surname or len(name.words) == 1
        if self._precedes_other_word(name, at, single=single) or self._runs_on(at, single=single):
            return Verdict.NO
        return self._unless_ordinary(name, at) if exact else Verdict.INFLECTED

    def titled(self, at: Occurrence) -> Verdict:
        """The verdict for a surname after a title."""
        is_name = any(not word.islower() for word in self._text.written(at))
        return Verdict.SURE if is_name and not self._runs_on(at, single=True) else Verdict.NO

    def _is_inflected(self, name: Spelling, at: Occurrence) -> bool:
        form = self._text.folded(at)
        return inflection.is_inflection(name.folded, form, self._text.language, lambda: self._is_possessed(at))

    def _is_possessed(self, at: Occurrence) -> bool:
        """Whether a noun follows immediately, as after a genitive of German, or an apostrophe."""
        following = self._text.word(at.last + 1)
        return (self._text.gap(at.last).isspace() and following[:1].isupper()) or self._plural_possessive(at)

    def _plural_possessive(self, at: Occurrence) -> bool:
        """Whether an apostrophe ends the last word, as in ``the Trumps' house``."""
        after = self._text.after(at.last, 2)
        return after[:1] in ("'", "’") and not after[1:].isalnum()

    def _after_hyphen(self, name: Spelling, at: Occurrence) -> bool:
        return any(gap in _DASHES for gap in self._text.gaps(at)) and not name.dotted

    def _has_capitals(self, name: Spelling, at: Occurrence) -> bool:
        """Whether the words are capitalized like the name's. After a hyphen they need not be: Do Yun and Do-yun."""
        for number, part in enumerate(name.words, at.first):
            is_small = part[0].isupper() and not self._text.word(number)[:1].isupper()
            if is_small and (number == at.first or self._text.gap(number - 1) not in _DASHES):
                return False
        return True

    def _has_gaps(self, name: Spelling, at: Occurrence) -> bool:
        """Whether what stands between the words can be in the name."""
        gaps = self._text.gaps(at)
        if not gaps:
            return True
        if any("," in gap or ";" in gap or "&" in gap for gap in gaps) and not name.listed:
            return False
        if name.dotted and not any(part[0].isupper() for part in name.words):
            return any(gap.startswith(".") for gap in gaps)
        # Names of schools and streets are hyphenated: lycée Victor-Hugo.
        return name.hyphenated or not all(gap in HYPHENS for gap in gaps)

    def _stands_alone(self, at: Occurrence) -> bool:
        """Whether a name in a script without capitals is not part of a longer name."""
        text = self._text
        word, start = text.word(at.last), at.skipped
        if at.used is not None and _HAN_INSTITUTION.match(word, at.used):
            return False
        if _KATAKANA.match(word, at.used if at.used is not None else len(word)):
            return False
        begin = text.word(at.first)
        if _KATAKANA.match(begin, start) and (
            _KATAKANA.match(begin, max(start - 1, 0)) if start else text.gap(at.first - 1) in ("・", "･")
        ):
            return False
        following = text.word(at.last + 1)
        if text.gap(at.last) in ("・", "･"):
            return not _KATAKANA.match(following)
        if text.gap(at.last) == " " and _HANGUL_INSTITUTION.match(following):
            return False
        before = fold(text.word(at.first - 1))
        return not (before in lists.NAMED_AFTER and text.gap(at.first - 1).isspace())

    def _precedes_other_word(self, name: Spelling, at: Occurrence, *, single: bool) -> bool:
        """Whether the word before makes this another name, as in Mary George Clooney and The Paris Hilton."""
        text = self._text
        previous, gap = text.word(at.first - 1), text.gap(at.first - 1)
        if not previous or at.first - 1 in self._lasts:
            return False
        if gap in HYPHENS:
            return previous[0].isupper() and not self._is_shouted(at)
        if "&" in gap and single:
            return previous[0].isupper()
        if not gap.isspace() or "\n" in gap:
            return False
        folded = fold(previous)
        if folded == "the" and not ({name.folded[0], name.folded[-1]} & lists.NOT_PERSONAL):
            return self._is_thing(at)
        if folded in lists.NAMED_AFTER:
            return folded not in lists.ALSO_ENGLISH or previous[0].isupper() or text.language != lists.ENGLISH
        if not previous[0].isupper() or self._is_no_first_name(folded, at):
            return False
        return folded in lists.FIRST_NAMES or folded in self._first_names or (single and self._is_unknown(at))

    def _is_no_first_name(self, folded: str, at: Occurrence) -> bool:
        if is_title(folded) or len(folded) == 1:
            return True
        if fold(self._text.word(at.first - 2)) in lists.LEADING:
            return True
        return folded in lists.ORDINARY and (self._text.begins_sentence(at.first - 1) or self._is_title_case(at))

    def _is_unknown(self, at: Occurrence) -> bool:
        """Whether the capital of the word before shows that it is part of a name."""
        return (
            self._text.language != lists.GERMAN
            and not self._text.begins_sentence(at.first - 1)
            and not self._is_title_case(at)
        )

    def _is_thing(self, at: Occurrence) -> bool:
        """Whether a name after ``the`` is that of a thing. A noun may follow that of a person: the Donald Trump era."""
        following = self._text.word(at.last + 1)
        if not self._text.gap(at.last).isspace() or not following[:1].islower():
            return not (following[:1].isupper() and self._is_title_case(at))
        return following in lists.FOLLOWS_NAME or following in lists.NAMED or following.endswith("ed")

    def _runs_on(self, at: Occurrence, *, single: bool) -> bool:
        """Whether what follows makes this a longer name."""
        text = self._text
        following, gap = text.word(at.last + 1), text.gap(at.last)
        if not following or at.last + 1 in self._firsts:
            return False
        folded = fold(following)
        if "&" in gap:
            return following[0].isupper()
        if gap in (" ", ", ") and folded in lists.GENERATIONS:
            return following[0].isupper()
        if gap in HYPHENS:
            return following[0].isupper() and not self._is_shouted(at)
        if gap in ("'", "’", "´") and folded == "s":
            place = text.word(at.last + 2)
            return place[:1].isupper() and fold(place) in lists.PLACES and text.gap(at.last + 1).isspace()
        if not gap.isspace() or "\n" in gap:
            return False
        if single and folded in lists.PARTICLES and following.islower():
            return text.word(at.last + 2)[:1].isupper()
        if not following[0].isupper() or (folded in lists.AFTER_NAMES):
            return False
        if folded in lists.INSTITUTIONS:
            return True
        return not (text.language == lists.GERMAN or self._is_title_case(at) or self._is_german_genitive(at))

    def _is_german_genitive(self, at: Occurrence) -> bool:
        return self._text.language is None and at.last - at.first > 0 and self._text.word(at.last).endswith("s")

    def _unless_ordinary(self, name: Spelling, at: Occurrence) -> Verdict:
        """UNSURE where the name can be other words, capitalized as they begin a sentence or are in a headline."""
        if name.folded[0] not in lists.ORDINARY or is_title(fold(self._text.word(at.first - 1))):
            return Verdict.SURE
        all_ordinary = all(part in lists.ORDINARY for part in name.folded)
        if all_ordinary and self._is_title_case(at):
            return Verdict.UNSURE
        if not self._text.begins_sentence(at.first) or not (all_ordinary or self._text.sentence(at.first).asks):
            return Verdict.SURE
        following = self._text.word(at.last + 1)
        goes_on = fold(following) in lists.FOLLOWS_NAME or following.endswith("ed")
        if goes_on or (self._text.gap(at.last).strip() and not all_ordinary):
            return Verdict.SURE
        return Verdict.UNSURE

    def _others(self, at: Occurrence) -> list[str]:
        """The other words of a sentence that have capitals and small letters."""
        sentence = self._text.sentence(at.first)
        before = range(max(sentence.first, at.first - _NEAR), at.first)
        after = range(at.last + 1, min(sentence.stop, at.last + 1 + _NEAR))
        numbers = [*before, *after]
        return [word for word in map(self._text.word, numbers) if word.lower() != word.upper()]

    def _is_shouted(self, at: Occurrence) -> bool:
        """Whether the sentence is written in capitals."""
        words = [word for word in self._others(at) if len(word) > 1]
        return bool(words) and all(word.isupper() for word in words)

    def _is_title_case(self, at: Occurrence) -> bool:
        """Whether all words of the sentence but short ones are capitalized."""
        words = [word for word in self._others(at) if word not in lists.SMALL]
        least = 1 if self._text.field_of(at.first) == 0 else 2
        return len(words) >= least and all(word[0].isupper() for word in words)


def is_never_linked(name: Spelling) -> bool:
    """Whether a name means nobody in a text: a single letter, digits, or a word such as ``Will``."""
    if not any(part.isalpha() for part in name.words):
        return not any(character.isalpha() for part in name.words for character in part)
    return len(name.words) == 1 and (len(name.words[0]) == 1 or name.folded[0] in lists.NEVER)


def is_title(word: str) -> bool:
    """Whether a folded word that precedes names is no first name."""
    return word in lists.NO_FIRST_NAMES or word in offices.titles()
