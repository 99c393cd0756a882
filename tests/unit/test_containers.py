"""What the container files promise, as far as it shows without building them."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.errors import PROBLEMS
from api.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
NGINX = (ROOT / "docker" / "nginx.conf").read_text(encoding="utf-8")
SETTINGS = {name.upper() for name in Settings.__dataclass_fields__}

every_service = pytest.mark.parametrize("service", SERVICES)


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, each on one line."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(name.upper(), rest) for name, _, rest in (line.partition(" ") for line in lines) if name]


def arguments(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def image_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in arguments("ENV") for pair in line.split())


def copied() -> set[str]:
    """What the image takes from the checkout."""
    sources = [line.split()[:-1] for line in arguments("COPY") if not line.startswith("--from")]
    return {source for line in sources for source in line}


def directive(name: str) -> list[str]:
    return re.findall(rf"^\s*{name}\s+(.+);$", NGINX, flags=re.MULTILINE)


def own_problems() -> dict[str, dict[str, Any]]:
    """What the proxy answers by itself, by status."""
    written = re.findall(r"""^\s*(\d{3}|default) '("type".*)';$""", NGINX, flags=re.MULTILINE)
    return {
        status: json.loads("{" + members.replace("$origin", "http://news.example.org") + "}")
        for status, members in written
    }


@every_service
def test_no_service_runs_as_root_or_can_become_it(service: str) -> None:
    settings = SERVICES[service]
    user = settings.get("user") or (arguments("USER")[-1] if "build" in settings else "root")
    assert str(user).partition(":")[0] not in ("", "0", "root")
    assert not settings.get("privileged")
    assert not settings.get("cap_add")
    assert settings["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in settings["security_opt"]


@every_service
def test_every_service_that_goes_on_has_a_healthcheck(service: str) -> None:
    settings = SERVICES[service]
    if settings["restart"] == "no":
        # The image's own would ask a server that never starts.
        assert settings["healthcheck"] == {"disable": True}
    elif "healthcheck" in settings:
        assert not settings["healthcheck"].get("disable")
        assert settings["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    else:
        assert "build" in settings
        assert "/readyz" in arguments("HEALTHCHECK")[-1]


@every_service
def test_no_secret_is_written_into_the_compose_file(service: str) -> None:
    for name, value in SERVICES[service].get("environment", {}).items():
        literal = re.sub(r"\$\{\w+:(\?[^}]*|-)\}", "", str(value))
        assert not re.search(r"://[^/@]*:[^/@]+@", literal), f"{name} holds a password"
        if re.search("PASSWORD|SECRET|TOKEN|KEY", name):
            assert literal == "", f"{name} has a value of its own"


def test_no_secret_is_written_into_the_image() -> None:
    named = " ".join([*arguments("ENV"), *arguments("ARG")])
    assert not re.search("PASSWORD|SECRET|TOKEN|KEY|DATABASE_URL", named)


def test_only_the_proxy_is_published() -> None:
    assert [service for service, settings in SERVICES.items() if settings.get("ports")] == ["proxy"]


def test_it_is_published_on_loopback_unless_asked_otherwise() -> None:
    assert SERVICES["proxy"]["ports"] == ["${DATELINE_BIND:-127.0.0.1}:${PORT:-8000}:8080"]
    run = re.findall(r"--publish (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert run == ["127.0.0.1:8000:8000"]


def test_images_are_pinned_by_version_and_digest() -> None:
    [python] = [line.partition("=")[2] for line in arguments("ARG")]
    assert [line for line in arguments("FROM") if line.split()[0] != "${PYTHON}"] == []
    images = [settings["image"] for settings in SERVICES.values() if "build" not in settings]
    for image in [python, *images]:
        assert re.fullmatch(r"[a-z/-]+:\d+\.\d+(\.\d+)?-[a-z-]+@sha256:[0-9a-f]{64}", image), image


# What these files decide themselves: the database, the container's own address and directory, and the one proxy.
FIXED = {"DATABASE_URL", "DATELINE_DATA", "HOST", "PORT", "TRUSTED_PROXIES"}


def test_every_setting_can_come_from_dot_env() -> None:
    given = SERVICES["api"]["environment"]
    assert set(given) == SETTINGS - FIXED | {"DATABASE_URL", "TRUSTED_PROXIES"}
    for name in SETTINGS - FIXED:
        assert re.fullmatch(rf"\$\{{{name}:-\w*\}}", given[name])


def test_the_example_of_dot_env_explains_all_that_compose_reads_from_it() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(r"^((?:# .+\n)+)# ([A-Z_]+)=(.*)$", text, flags=re.MULTILINE)
    explained = {name: (" ".join(lines.replace("# ", "").split()), default) for lines, name, default in listed}
    passwords = {"POSTGRES_PASSWORD", "API_PASSWORD"}
    assert set(explained) == set(re.findall(r"\$\{(\w+):", COMPOSE.read_text(encoding="utf-8"))) - passwords
    for setting in fields(Settings):
        name, shown = setting.name.upper(), setting.metadata["shown"]
        if name in SETTINGS - FIXED - {"METRICS"}:
            assert explained[name][0].startswith(setting.metadata["doc"].replace("`", ""))
            assert explained[name][1] == ("" if shown.startswith("(") else shown)
    assert not re.search(r"^[^#\n]", text, flags=re.MULTILINE), "a copy of it changes nothing"


def test_the_proxy_logs_no_query_strings() -> None:
    [written] = re.findall(r"log_format requests ([^;]+);", NGINX)
    used = set(re.findall(r"\$(\w+)", written))
    assert "path" in used
    assert not used & {"request", "request_uri", "uri", "args", "query_string", "http_referer"}
    # What nginx says of a request at a lower level quotes its first line.
    assert directive("error_log") == ["stderr alert"]


def test_the_figures_of_the_server_stay_inside() -> None:
    assert SERVICES["api"]["environment"]["METRICS"] == "${METRICS:-true}"
    proxy = (ROOT / "docker" / "nginx.conf").read_text(encoding="utf-8")
    assert re.search(r"location = /metrics \{\s+return 404;\s+\}", proxy)


def test_a_batch_passes_the_proxy_as_it_comes_in() -> None:
    [batch] = re.findall(r"location = /v1/articles/batch \{(.+?)\n        \}", NGINX, flags=re.DOTALL)
    assert "proxy_request_buffering off;" in batch
    assert "proxy_set_header" not in batch, "it would have none of the others then"


def test_everything_said_to_the_api_is_a_setting() -> None:
    given = set(SERVICES["api"]["environment"]) | set(image_environment())
    assert {"DATABASE_URL", "HOST"} <= given
    assert given - {"PATH"} <= SETTINGS


def test_the_image_holds_every_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {f"{package.removesuffix('*')}/" for package in packages} <= copied()


def test_a_build_sees_only_what_the_image_copies() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied()
    assert all((ROOT / source).exists() for source in copied())


def test_the_image_installs_the_lock_with_hashes_and_nothing_else() -> None:
    installs = [line for line in arguments("RUN") if "pip install" in line]
    locked = [line for line in installs if "--require-hashes -r requirements.lock" in line]
    project = [line for line in installs if "--no-deps --no-build-isolation" in line and line.endswith(" .")]
    assert [len(locked), len(project), len(installs)] == [1, 1, 2]


def test_the_image_has_a_numeric_user_and_stops_by_sigterm() -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", arguments("USER")[-1])
    assert arguments("STOPSIGNAL") == ["SIGTERM"]
    assert json.loads(arguments("CMD")[-1]) == ["dateline", "serve"]


def test_every_file_that_compose_mounts_is_there_and_stays_as_it_is() -> None:
    mounts = [mount for settings in SERVICES.values() for mount in settings.get("volumes", [])]
    files = [mount.split(":") for mount in mounts if mount.startswith(".")]
    assert {Path(file) for file, _, _ in files} == {Path("docker/create-api-role.sql"), Path("docker/nginx.conf")}
    assert all((ROOT / file).is_file() and mode == "ro" for file, _, mode in files)


def test_what_serves_starts_after_the_migrations_and_knows_no_password_of_their_owner() -> None:
    assert SERVICES["api"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    owner, server = (SERVICES[service]["environment"]["DATABASE_URL"] for service in ("migrate", "api"))
    assert ["POSTGRES_PASSWORD" in url for url in (owner, server)] == [True, False]
    for service in ("migrate", "api"):
        assert SERVICES[service]["image"] == SERVICES["api"]["image"], "both are of one version"
    assert "POSTGRES_PASSWORD" not in json.dumps([SERVICES["api"], SERVICES["proxy"]])


def test_each_password_is_made_as_the_head_of_the_file_says() -> None:
    head = COMPOSE.read_text(encoding="utf-8").partition("name: ")[0]
    [command] = re.findall(r"^# +(for .*) > \.env$", head, re.MULTILINE)
    made = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout
    values = dict(line.split("=") for line in made.splitlines())
    required = set(re.findall(r"\$\{(\w+):\?", COMPOSE.read_text(encoding="utf-8")))
    assert values.keys() == required
    assert len({value for value in values.values() if re.fullmatch("[0-9a-f]{48}", value)}) == len(required)


def test_the_proxy_calls_the_port_that_the_image_exposes() -> None:
    assert [image_environment()["PORT"]] == arguments("EXPOSE")
    assert directive("server") == [f"api:{arguments('EXPOSE')[0]}"]


def test_the_proxy_lets_every_body_through_that_dateline_takes() -> None:
    limit, of_a_batch = directive("client_max_body_size")
    assert of_a_batch == "0"
    assert int(limit[:-1]) * {"k": 1024, "m": 1024**2}[limit[-1]] >= Settings().max_body_bytes


def test_what_a_client_says_of_its_address_does_not_reach_dateline() -> None:
    assert SERVICES["api"]["environment"]["TRUSTED_PROXIES"] == "1"
    sent = dict(line.split(maxsplit=1) for line in directive("proxy_set_header"))
    forwarded = {name: sent.get(f"X-Forwarded-{name}") for name in ("For", "Proto", "Host")}
    assert forwarded == {"For": "$remote_addr", "Proto": "$scheme", "Host": "$http_host"}


def test_the_proxys_own_errors_are_problems_that_dateline_documents() -> None:
    problems = own_problems()
    for status, problem in problems.items():
        assert problem["status"] == (400 if status == "default" else int(status))
        if problem["type"] != "about:blank":
            kind = PROBLEMS[problem["type"].rpartition("/")[2]]
            assert (kind.code, kind.title, kind.status) == (problem["code"], problem["title"], problem["status"])
    answered = {status for line in directive("error_page") for status in re.findall(r"(?<!\S)=?(\d{3})(?!\S)", line)}
    assert {"400", "413", "414", "502", "504"} <= answered
    assert answered - {"400", "494"} <= problems.keys()


def test_compose_accepts_the_file_only_with_both_passwords() -> None:
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("docker compose is not installed")
    command = [docker, "compose", "--file", str(COMPOSE), "--env-file", os.devnull, "config", "--quiet"]
    passwords = {"POSTGRES_PASSWORD": "x", "API_PASSWORD": "y"}
    environment = {name: value for name, value in os.environ.items() if name not in passwords}
    given = subprocess.run(command, env=environment | passwords, capture_output=True, text=True)
    assert given.returncode == 0, given.stderr
    for name in passwords:
        others = {each: value for each, value in passwords.items() if each != name}
        missing = subprocess.run(command, env=environment | others, capture_output=True, text=True)
        assert missing.returncode != 0
        assert name in missing.stderr
