"""Every word of a text is where its offsets say."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.text.folding import words
from api.text.word_offsets import WordOffsets

letters = st.one_of(
    st.characters(codec="utf-8"), st.sampled_from("a é\u0301\u1100\u1161\u11a8ｶﾞ½ﬁ\u200b가漢أ\u0650क\u093c _'")
)


@given(st.text(letters, max_size=30))
@example("\u0301abc")
@example("ｶﾞｷﾞ 2½x e\u0301t\u00e9")
def test_offsets_are_in_reading_order_and_enclose_their_words(text: str) -> None:
    offsets = WordOffsets(text)
    found = words(text)
    spans = [(offsets.start(n), offsets.stop(n)) for n in range(len(found))]
    assert spans == sorted(spans)
    for word, (start, stop) in zip(found, spans, strict=True):
        assert 0 <= start < stop <= len(text)
        assert word in words(text[start:stop]) or word in "".join(words(text[start:stop]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada, Marlowe’s", ["Ada", "Marlowe", "s"]),
        ("e\u0301t\u00e9 Cafe\u0301", ["e\u0301t\u00e9", "Cafe\u0301"]),
        ("ｶﾞｷﾞの ½", ["ｶﾞｷﾞの", "½", "½"]),
        ("\u1112\u1161\u11ab도윤 \u200bx", ["\u1112\u1161\u11ab도윤", "x"]),
        ("ŉß ﬁne", ["ŉß", "ﬁne"]),
        ("½" * 100_001 + " a", ["a"]),
    ],
)
def test_a_word_is_cut_as_it_is_written(text: str, expected: list[str]) -> None:
    offsets = WordOffsets(text)
    assert [text[offsets.start(n) : offsets.stop(n)] for n in range(len(words(text)))] == expected
