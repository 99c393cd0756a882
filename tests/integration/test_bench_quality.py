"""``make bench-quality`` on tiny collections: every row is measured, and what is missing is named."""

import json
import random
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LANGUAGES = ("ko", "ja", "zh", "fr", "de", "ar")
COMPOUNDS = {"ko": "오늘 국제사회 협력을 보았다", "ja": "これは国際協力の話", "zh": "他们的国际合作。"}
WORDS = ["harbour", "strike", "tariff", "wheat", "cotton", "merger", "quarter", "dividend", "crude", "pipeline"]
KNOWN = ["headline", "three words", "typo", "typo, suggestion followed", "person and word", "phrase"]


def run(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench.quality", "--data", data, *options],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def test_missing_collections_are_named(tmp_path: Path) -> None:
    measured = run(tmp_path)
    assert measured.returncode == 1
    for missing in ("cranfield/cran.all.1400", "ir/MED.REL", "reuters21578", "multilingual/ja.jsonl"):
        assert str(tmp_path / missing) in measured.stderr
    assert "Give the directory with --data." in measured.stderr


@pytest.mark.long
def test_all_rows_are_measured(tmp_path: Path) -> None:
    write_judged(tmp_path)
    write_reuters(tmp_path / "reuters21578")
    write_questions(tmp_path / "multilingual")
    measured = run(tmp_path, "--sample", "5")
    assert measured.returncode in (0, 1), measured.stderr
    assert not measured.stderr
    rows = {line[:28].strip(): line[28:].split() for line in measured.stdout.splitlines()[1:]}
    judged = [name + by for name in ("Cranfield", "MED") for by in ("", ", tantivy", ", bm25s")]
    questions = [f"questions, {language}" for language in LANGUAGES]
    assert list(rows) == [*judged, *KNOWN, *questions, *(f"unspaced nouns, {language}" for language in COMPOUNDS)]
    assert all(rows[name][:3] == ["2", "1.000", "1.000"] for name in judged)
    assert rows["phrase"][0] == "5"
    assert rows["unspaced nouns, zh"][:4] == ["1", "1.000", "1.000", "0.000"]
    assert (measured.returncode == 1) == ("(missed)" in measured.stdout)


def write_judged(data: Path) -> None:
    texts = ".I 1\n.T\nwings\n.W\nlift of slender wings\n.I 2\n.T\nheat\n.W\nheat transfer in tubes\n"
    questions = ".I 1\n.W\nhow do wings lift\n.I 2\n.W\nheat in tubes\n"
    written = {
        "cranfield/cran.all.1400": texts, "cranfield/cran.qry": questions, "cranfield/cranqrel": "1 1 1\n2 2 2\n",
        "ir/MED.ALL": texts, "ir/MED.QRY": questions, "ir/MED.REL": "1 0 1 1\n2 0 2 1\n",
    }  # fmt: skip
    for name, text in written.items():
        (data / name).parent.mkdir(exist_ok=True)
        (data / name).write_text(text)


def write_reuters(directory: Path) -> None:
    chance = random.Random(1)  # noqa: S311 - for texts, not for secrets
    stories = [
        f'<REUTERS ID="{number}"><PEOPLE><D>paul-volcker</D></PEOPLE>'
        f"<TITLE>STORY {number} {chance.choice(WORDS)}</TITLE>"
        f"<BODY>Volcker spoke of the {' '.join(chance.sample(WORDS, 3))} {number}. Reuter</BODY></REUTERS>"
        for number in range(20)
    ]
    directory.mkdir()
    (directory / "one.sgm").write_text("\n".join(stories))
    with tarfile.open(directory / "sgml.tar.xz", "w:xz") as archive:
        archive.add(directory / "one.sgm", "one.sgm")
    (directory / "one.sgm").unlink()


def write_questions(directory: Path) -> None:
    directory.mkdir()
    for language in LANGUAGES:
        text = COMPOUNDS.get(language, f"Berlin Paris {language}")
        rows = [
            {"type": "passage", "id": f"{language}1", "text": text},
            {"type": "question", "passage": f"{language}1", "text": text},
        ]
        (directory / f"{language}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
