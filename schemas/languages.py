"""Language codes: the primary language subtags of IANA's registry, which are those of ISO 639."""

import re
from functools import lru_cache

import langcodes
from marshmallow import ValidationError

# Codes for private use, of languages and of territories.
_PRIVATE = re.compile("q[a-t][a-z]")
_PRIVATE_TERRITORY = re.compile("q[m-z]|x[a-z]|zz")
LANGUAGE_CODE = "^[a-z]{2,3}$"


def any_language_code(text: str) -> None:
    """Raise ValidationError unless this has the form of a code, registered or not."""
    if not re.fullmatch(r"[a-z]{2,3}", text, re.ASCII):
        raise ValidationError("must be a lower-case ISO 639 code such as en or ko")


def language_code(text: str) -> None:
    """Raise ValidationError unless this is a registered code, in small letters."""
    any_language_code(text)
    if not is_registered(text):
        hint = f' Did you mean "{near}"?' if (near := _of_territory(text)) else " Codes are such as en or ko."
        raise ValidationError(f'"{text}" is not a registered language code.{hint}')


@lru_cache(1_000)
def is_registered(code: str) -> bool:
    """Whether a code of two or three letters is that of a language. Those for private use have no agreed meaning."""
    return langcodes.tag_is_valid(code) and not _PRIVATE.fullmatch(code)


def _of_territory(code: str) -> str | None:
    """The language that is spoken most in the territory with this code, which is often mistaken for it."""
    if len(code) != 2 or _PRIVATE_TERRITORY.fullmatch(code) or not langcodes.tag_is_valid(f"und-{code}"):
        return None
    return langcodes.Language.get(f"und-{code}").maximize().language
