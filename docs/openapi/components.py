"""What stands in several places of the document is written once. OpenAPI 3.1 §4.8.7"""

from __future__ import annotations

import json
from typing import Any

from docs.openapi.responses import HTML, JSON

LEAST_REFUSAL = 400
KINDS = {JSON: "Error", HTML: "Page", None: "Empty"}
"""What the name of a response begins with, by its media type."""


class Components:
    """Parts of one kind under names; equal ones have one name."""

    def __init__(self, kind: str) -> None:
        self.parts: dict[str, Any] = {}
        self._kind = kind
        self._names: dict[str, str] = {}

    def reference(self, name: str, part: dict[str, Any]) -> dict[str, str]:
        """Return the reference to a part; one that differs gets the name with a number."""
        content = json.dumps([name, part], sort_keys=True)
        if content not in self._names:
            number = sum(content.startswith(json.dumps([name])[:-1]) for content in self._names)
            self._names[content] = f"{name}-{number + 1}" if number else name
            self.parts[self._names[content]] = part
        return {"$ref": f"#/components/{self._kind}/{self._names[content]}"}


class Shared:
    """The parameters, headers and refusals of all operations."""

    def __init__(self) -> None:
        self._headers = Components("headers")
        self._responses = Components("responses")
        self._parameters = Components("parameters")

    def parameters(self, parameters: list[dict[str, Any]]) -> list[dict[str, str]]:
        """Return references to parameters."""
        return [self._parameters.reference(parameter["name"], parameter) for parameter in parameters]

    def responses(self, responses: dict[str, Any]) -> dict[str, Any]:
        """Return references to responses, by status."""
        return {status: self._response(status, response) for status, response in responses.items()}

    @property
    def components(self) -> dict[str, Any]:
        """The parts that were referred to."""
        return {
            "parameters": self._parameters.parts,
            "responses": self._responses.parts,
            "headers": self._headers.parts,
        }

    def _response(self, status: str, response: dict[str, Any]) -> dict[str, Any]:
        headers = {name: self._headers.reference(name, header) for name, header in response["headers"].items()}
        told = {**response, "headers": headers}
        if int(status) < LEAST_REFUSAL:
            return told
        return self._responses.reference(f"{KINDS[next(iter(response.get('content', {})), None)]}{status}", told)
