"""API keys: how they look, and which mistyped ones are known at sight."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import schemas.keys
from api.auth import keys

KEY = "dl_0a1b2c3d_00112233445566778899aabbccddeeff1cad9b66"


def test_a_new_key_is_well_formed_and_found_by_its_prefix() -> None:
    key, prefix = keys.generate()
    assert re.fullmatch(r"dl_[0-9a-f]{8}_[0-9a-f]{40}", key)
    assert keys.is_well_formed(key)
    assert keys.prefix_of(key) == prefix == key[3:11]


def test_no_two_new_keys_share_a_secret() -> None:
    secrets = {keys.generate()[0].split("_")[2][:32] for _ in range(1_000)}
    assert len(secrets) == 1_000


def test_a_key_made_long_ago_stays_well_formed() -> None:
    assert keys.is_well_formed(KEY)
    assert keys.prefix_of(KEY) == "0a1b2c3d"


@given(st.integers(0, len(KEY) - 1), st.characters())
@example(2, "-")
@example(11, "0")
@example(5, "_")
@example(20, "_")
@example(20, "٣")
@example(20, "\ud800")
def test_a_key_with_any_character_changed_is_not_well_formed(index: int, character: str) -> None:
    changed = KEY[:index] + character + KEY[index + 1 :]
    assert keys.is_well_formed(changed) == (changed == KEY)


@given(st.integers(0, len(KEY) - 2))
def test_a_key_with_two_neighbours_exchanged_is_not_well_formed(index: int) -> None:
    changed = KEY[:index] + KEY[index + 1] + KEY[index] + KEY[index + 2 :]
    assert keys.is_well_formed(changed) == (changed == KEY)


def test_a_key_cut_short_is_not_well_formed() -> None:
    assert not any(keys.is_well_formed(KEY[:length]) for length in range(len(KEY)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dl",
        "dl_",
        "dl__",
        "___",
        KEY + "0",
        KEY + " ",
        KEY + "\n",
        " " + KEY,
        KEY.upper(),
        KEY.replace("dl", "DL"),
        KEY.replace("dl", "pk"),
        KEY.replace("_", "-"),
        KEY.removeprefix("dl_"),
        f"Bearer {KEY}",
        f"{KEY}{KEY}",
        KEY + "é",
        "dl_00000000_" + "0" * 40,
    ],
)
def test_what_is_no_key_is_not_well_formed(text: str) -> None:
    assert not keys.is_well_formed(text)


@given(st.text())
def test_any_other_text_is_not_well_formed(text: str) -> None:
    assert not keys.is_well_formed(text)
    assert not keys.is_well_formed(f"dl_{text}")
    assert not keys.is_well_formed(f"dl_{text}_{text}")


def test_of_a_key_its_sha_256_is_stored() -> None:
    # The first of FIPS 180-2's own examples.
    assert keys.hash_key("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert keys.hash_key(KEY) != keys.hash_key(KEY[:-1] + "e")


def test_the_use_of_a_key_is_worth_noting_once_a_minute() -> None:
    times = iter([0.0, 30.0, 30.0, 59.9, 60.0, 61.0])
    uses = keys.RecentUses(clock=lambda: next(times))
    asked = ("a", "a", "b", "a", "a", "a")
    assert [uses.is_due(prefix) for prefix in asked] == [True, False, True, False, True, False]


def test_the_scopes_are_those_that_the_documentation_names() -> None:
    assert keys.SCOPES == schemas.keys.SCOPES
