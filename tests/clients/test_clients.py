"""Clients generated from docs/openapi.json: they type-check, and read and write a served archive."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from contract import ContractClient

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "build" / "clients"
# A change shows the values of a field before and after it, of whatever type the field is.
ANY_VALUE = {"before", "after"}
DOCUMENTATION = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
PROMISES = ["promises.ts", "tsconfig.json", "promises.py", "pyrightconfig.json"]
ENDINGS = {"typescript": "ts", "python": "py"}
CHECKS = {
    "typescript": ["node_modules/.bin/tsc", "--project", "."],
    "python": [sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable, "--project", "."],
}
RUNS = {"typescript": ["node", "compiled/{}.js"], "python": [sys.executable, "{}.py"]}

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs Debian's nodejs and npm, which .ci/run installs"),
]
each_language = pytest.mark.parametrize("language", list(ENDINGS))


def made(target: str) -> None:
    """Make a target; its output is shown when it fails."""
    ran = subprocess.run(["make", target], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def program(language: str, name: str) -> str:
    """A program in docs/clients.md."""
    hashtag, push = re.findall(rf"```{language}\n(.*?)```", DOCUMENTATION, re.DOTALL)
    return {"hashtag": hashtag, "push": push}[name]


def complaints(language: str) -> str:
    """What the type checker says of all in a language, empty when nothing is wrong; TypeScript is compiled by it."""
    ran = subprocess.run(CHECKS[language], cwd=CLIENTS / language, capture_output=True, text=True)
    return ran.stdout if ran.returncode else ""


def output(language: str, name: str) -> list[str]:
    """The lines that a program prints."""
    command = [part.format(name) for part in RUNS[language]]
    ran = subprocess.run(command, cwd=CLIENTS / language, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


@pytest.fixture(scope="module", autouse=True)
def checked(served: dict[str, str]) -> dict[str, str]:
    """Complaints about both clients and, beside them, the documented programs, turned to the served archive."""
    made("clients")
    create = ["dateline", "keys", "create", "--name", "test", "--scope", "write", "--outlet", "korea-herald"]
    key = subprocess.run(create, env=served, capture_output=True, text=True, check=True).stdout.strip()
    for language, ending in ENDINGS.items():
        for name in ("hashtag", "push"):
            ours = program(language, name).replace("http://127.0.0.1:8000", served["BASE"]).replace("dl_…", key)
            (CLIENTS / language / f"{name}.{ending}").write_text(ours, encoding="utf-8")
    for name in PROMISES:
        language = "typescript" if "ts" in name else "python"
        shutil.copy(Path(__file__).parent / name, CLIENTS / language)
    return {language: complaints(language) for language in ENDINGS}


def test_the_document_keeps_the_recommended_rules_of_redocly() -> None:
    made("lint-openapi")


@each_language
def test_the_documented_programs_and_the_promised_types_check(checked: dict[str, str], language: str) -> None:
    assert checked[language] == ""


@each_language
def test_a_program_with_a_wrong_parameter_does_not_check(language: str) -> None:
    wrong = CLIENTS / language / f"wrong.{ENDINGS[language]}"
    try:
        wrong.write_text(re.sub(r"\bperson(?=[:=])", "persons", program(language, "hashtag")), encoding="utf-8")
        said = complaints(language)
    finally:
        wrong.unlink()
    assert "wrong." in said
    assert "persons" in said


def test_the_documented_commands_make_the_same_clients(served: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(CLIENTS / "typescript" / "node_modules")
    commands = re.findall(r"^\$ (.*)", DOCUMENTATION, re.MULTILINE)
    assert len(commands) == len(ENDINGS)
    for command in commands:
        ours = command.replace("http://127.0.0.1:8000", served["BASE"])
        ran = subprocess.run(["bash", "-c", ours], cwd=tmp_path, env=served, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "dateline.ts").read_text() == (CLIENTS / "typescript" / "dateline.ts").read_text()
    ours, theirs = tmp_path / "dateline_client" / "api", CLIENTS / "python" / "dateline_client" / "api"
    assert sorted(path.relative_to(ours) for path in ours.rglob("*.py")) == sorted(
        path.relative_to(theirs) for path in theirs.rglob("*.py")
    )


def test_no_type_of_the_api_is_unknown() -> None:
    types = (CLIENTS / "typescript" / "dateline.ts").read_text(encoding="utf-8")
    # Headers are not described one by one.
    code = re.sub(r"/\*.*?\*/", "", types, flags=re.DOTALL).replace("[name: string]: unknown;", "")
    schemas = orjson.loads((ROOT / "docs" / "openapi.json").read_bytes())["components"]["schemas"]
    # What a news item may say and an article cannot is taken whatever it is.
    passed_over = {
        name
        for schema in schemas.values()
        for name, field in schema.get("properties", {}).items()
        if field.get("description", "").endswith("Accepted but not stored.")
    }
    assert set(re.findall(r"(\w+)\??: .*\b(?:any|unknown)\b.*", code)) == passed_over | ANY_VALUE
    for model in (CLIENTS / "python" / "dateline_client" / "models").glob("*.py"):
        if not model.name.startswith("ninjs"):
            open_to_all = set(re.findall(r"^    (\w+): .*\bAny\b.*", model.read_text(encoding="utf-8"), re.MULTILINE))
            assert open_to_all <= ANY_VALUE, model.name


@each_language
def test_a_client_reads_the_hashtag_page_of_a_person_page_by_page(client: ContractClient, language: str) -> None:
    articles = client.get("/v1/articles?tag=seoul-washington&person=lee-jae-myung").get_json()["data"]
    assert len(articles) > 2, "more than the page that the programs ask for"
    assert output(language, "hashtag") == [
        f"{article['published_at'][:10]} {article['outlet']['name']}: {article['headline']}" for article in articles
    ]


@each_language
def test_a_client_pushes_an_article(language: str) -> None:
    assert output(language, "push") == ["created: Harbour reopens after the storm"]
    assert output(language, "push") == ["unchanged: Harbour reopens after the storm"]
