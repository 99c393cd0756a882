"""Headers of requests."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from schemas.base import Schema


class QuotedHeader(fields.String):
    """A header with a string of RFC 9651: 1 to 255 characters in double quotes."""

    _VALUE = r"""([ !#-\[\]-~]|\\["\\]){1,255}"""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {"pattern": f'^"{self._VALUE}"$', **kwargs.get("metadata", {})}
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip(" ")
        if not re.fullmatch(f'"{self._VALUE}"', text):
            raise ValidationError(
                'must be 1 to 255 ASCII characters in double quotes, such as "8e03978e-40d5-43dd-bc93-6894a57f9324"'
            )
        return re.sub(r"\\(.)", r"\1", text[1:-1])


class RepeatableHeaders(Schema):
    """Headers of a request that can be repeated safely."""

    idempotency_key = QuotedHeader(
        data_key="Idempotency-Key",
        metadata={
            "description": "A name for this request in double quotes, ideally a new UUID. If the same request is "
            "sent again within a day, it is not executed again: the original response is returned, with "
            "`Idempotency-Replayed: true`."
        },
    )
