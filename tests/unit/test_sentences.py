"""Texts are divided into sentences as a reader would divide them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.text.sentences import sentences


@pytest.mark.parametrize(
    "expected",
    [
        ["He came.", "She left!", "Why?", "Nobody knows…"],
        ["Mr. Smith met Dr. Jones on Jan. 5.", "They talked."],
        ["The U.S. President spoke in the U.S.", "He was brief."],
        ["J. K. Rowling wrote it.", "John F. Kennedy did not."],
        ["It rose 3.5 percent to 1.200.", "Then it fell."],
        ['"Stop!" he said.', '"Never," she answered.', "(It was late.)", "They went."],
        ["Er kam mit Prof. Weber.", "Danach ging er."],
        ["Он приехал в Москву.", "Министр ждал его в 2021 г. в Кремле."],
        ["대통령이 말했다.", "기자들은 물었다."],
        ["首相は述べた。", "「明日です。」", "記者は聞いた。"],
        ["他说：“不。”", "她走了！", "为什么？"],
        ["क्या हुआ?", "प्रधानमंत्री ने कहा।", "वे गए।"],
        ["قال الرئيس.", "لماذا؟", "لا أحد يعرف."],
        ["A headline without a full stop", "The first paragraph.", "The second"],
        ["A line that was\nwrapped goes on.", "The next."],
    ],
)
def test_a_text_is_divided_into_sentences(expected: list[str]) -> None:
    separator = "\n\n" if not expected[0].endswith(tuple(".!?…。！？”।؟")) else " "
    text = separator.join(expected)
    assert [text[start:stop] for start, stop in sentences(text)] == expected


def test_sentences_need_no_space_where_the_script_has_none() -> None:
    text = "首相は述べた。「明日です。」記者は聞いた。"
    assert [text[start:stop] for start, stop in sentences(text)] == [
        "首相は述べた。",
        "「明日です。」",
        "記者は聞いた。",
    ]


@given(st.text(alphabet=st.sampled_from("aA. \n!?。”'1Mr가"), max_size=60))
def test_sentences_cover_everything_but_white_space_in_order(text: str) -> None:
    spans = list(sentences(text))
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert "".join("".join(text[start:stop].split()) for start, stop in spans) == "".join(text.split())
    assert all(text[start:stop] == text[start:stop].strip() != "" for start, stop in spans)
