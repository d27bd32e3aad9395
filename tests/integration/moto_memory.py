"""What moto and botocore work out anew for every request, remembered: it takes longer than all that DynamoDB does."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.hooks import EventAliaser, HierarchicalEmitter
from moto import backend_index
from moto.core import responses
from moto.core.serialize import BaseJSONSerializer, ResponseSerializer
from moto.core.utils import method_names_from_class

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    import pytest
    from moto.core.model import Shape, StructureShape

ASKED_FIRST = frozenset({"dynamodb", "secretsmanager"})
SCALARS: dict[str, type] = {"S": str, "N": str, "BOOL": bool, "NULL": bool}

_get_value = ResponseSerializer.get_value
_serialize_type_structure = BaseJSONSerializer._serialize_type_structure


def let_moto_remember(patch: pytest.MonkeyPatch) -> None:
    """Let names of operations, members and events be found without a search; none is another one for it."""
    patch.setattr(responses, "method_names_from_class", cache(method_names_from_class))
    patch.setattr(ResponseSerializer, "get_value", _get_member)
    patch.setattr(BaseJSONSerializer, "_serialize_type_structure", _serialize_structure)
    patterns = sorted(backend_index.backend_url_patterns, key=lambda pattern: pattern[0] not in ASKED_FIRST)
    patch.setattr(backend_index, "backend_url_patterns", patterns)
    alias = EventAliaser(HierarchicalEmitter())._alias_event_name  # type: ignore[attr-defined]
    patch.setattr(EventAliaser, "_alias_event_name", lambda _self, event_name: alias(event_name))


def _get_member(serializer: ResponseSerializer, value: Any, key: str, shape: Shape) -> Any:
    """Take a member by its name from what has no other names than the members; moto tries a dozen spellings."""
    members = getattr(getattr(shape, "parent", None), "members", {})
    if type(value) is dict and value.keys() <= members.keys() and not serializer._value_picker.response_transformers:
        return value.get(key)
    return _get_value(serializer, value, key, shape)


def _serialize_structure(
    serializer: BaseJSONSerializer, serialized: MutableMapping[str, Any], value: Any, shape: StructureShape, key: str
) -> None:
    """Write an attribute value as it is, where it is on the wire already."""
    if key and shape.name == "AttributeValue" and _is_on_the_wire(value):
        serializer._default_serialize(serialized, value, shape, key)
    else:
        _serialize_type_structure(serializer, serialized, value, shape, key)


def _is_on_the_wire(value: Any) -> bool:
    if type(value) is not dict or len(value) != 1:
        return False
    ((kind, content),) = value.items()
    if kind == "M":
        return type(content) is dict and all(map(_is_on_the_wire, content.values()))
    if kind == "L":
        return type(content) is list and all(map(_is_on_the_wire, content))
    return type(content) is SCALARS.get(kind)
