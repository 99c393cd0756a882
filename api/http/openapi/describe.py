"""The OpenAPI document."""

import flask_smorest
from apispec import APISpec

from schemas.errors import ProblemSchema


class Api(flask_smorest.Api):
    """The OpenAPI document; errors are left to ``api.http.problems``."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = ""

    @property
    def document(self) -> APISpec:
        """The OpenAPI document, once the app is given."""
        if self.spec is None:
            raise RuntimeError("init_app makes the document")
        return self.spec

    def _register_error_handlers(self) -> None:
        """Leave them alone."""

    def _register_pagination_header(self) -> None:
        """Leave it out of the document: lists say where they stand in their body."""
