"""Language tags: BCP 47 with the subtags of IANA's registry. Codes of ISO 639-2 and 639-3 become those of 639-1."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import langcodes
from marshmallow import ValidationError, fields

LONGEST_TAG = 35
"""The length of a language tag, in characters, as RFC 5646 recommends."""
# Language, script, region and variants. The registry decides which subtags exist.
LANGUAGE_TAG = "[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*"
_CANONICAL = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*")
# Subtags for private use: of languages, scripts and territories.
_PRIVATE = re.compile("(q[a-t][a-z])(-.*)?|.*-(Qa[a-b][a-z]|AA|Q[M-Z]|X[A-JL-Z]|ZZ)(-.*)?")
_FORM = "must be a BCP 47 language tag such as en, pt-BR or zh-Hant, or an ISO 639 code, of at most 35 characters"


def language_tag(text: str) -> str:
    """The canonical form of a registered tag: ``en-US`` of ``EN_us``, ``de`` of ``ger``. Raises ValidationError."""
    if canonical := canonical_tag(text):
        if is_registered(canonical):
            return canonical
        hint = f'Did you mean "{near}"?' if (near := _of_territory(text.lower())) else "Tags are such as en or pt-BR."
        raise ValidationError(f'"{text}" is not a registered language tag. {hint}')
    raise ValidationError(_FORM)


def canonical_tag(text: str) -> str | None:
    """The canonical form of a tag, registered or not; None for what does not have the form of one."""
    if len(text) > LONGEST_TAG or not re.fullmatch(LANGUAGE_TAG, text):
        return None
    return _canonical_tag(text.replace("_", "-"))


def archived_tag(text: str) -> str:
    """The same for an import. Earlier releases stored any code of two or three letters."""
    return text if re.fullmatch("[a-z]{2,3}", text) and not is_registered(text) else language_tag(text)


@lru_cache(1_000)
def is_registered(tag: str) -> bool:
    """Whether all subtags are registered. Those for private use have no agreed meaning."""
    return langcodes.tag_is_valid(tag) and not _PRIVATE.fullmatch(tag)


@lru_cache(1_000)
def _canonical_tag(tag: str) -> str | None:
    try:
        canonical = langcodes.standardize_tag(tag)
    except ValueError:
        return None
    return canonical if _CANONICAL.fullmatch(canonical) else None


def _of_territory(code: str) -> str | None:
    """The language that is spoken most in the territory with this code, which is often mistaken for it."""
    if len(code) != 2 or not langcodes.tag_is_valid(f"und-{code}") or not is_registered(f"und-{code.upper()}"):
        return None
    return langcodes.Language.get(f"und-{code}").maximize().language


class Language(fields.String):
    """A language tag in any case, with hyphens or underscores; its canonical form is loaded."""

    READ = staticmethod(language_tag)

    def __init__(self, *, description: str) -> None:
        super().__init__(
            allow_none=True,
            metadata={"description": description, "pattern": f"^{LANGUAGE_TAG}$", "maxLength": LONGEST_TAG},
        )

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return self.READ(super()._deserialize(value, attr, data, **kwargs))


class ArchivedLanguage(Language):
    """A language of an import."""

    READ = staticmethod(archived_tag)
