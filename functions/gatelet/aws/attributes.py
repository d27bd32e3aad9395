"""DynamoDB's attribute values, to and from the few plain types that items hold."""

from __future__ import annotations

from typing import Any


def marshal(value: object) -> dict[str, Any]:  # noqa: PLR0911 - one for each type
    """Return the attribute value of a str, int, bool, None, list, dict or non-empty set of str."""
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case set() | frozenset():
            return {"SS": sorted(value)}
        case list() | tuple():
            return {"L": [marshal(member) for member in value]}
        case dict():
            return {"M": marshal_item(value)}
        case _:
            raise TypeError(f"no attribute value for {type(value).__name__}")


def unmarshal(attribute: dict[str, Any]) -> Any:  # noqa: ANN401 - an item's member is what was written
    """Return what `marshal` was given; a set comes back frozen, a tuple as a list."""
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return int(value)
        case "NULL":
            return None
        case "SS":
            return frozenset(value)
        case "L":
            return [unmarshal(member) for member in value]
        case "M":
            return unmarshal_item(value)
        case _:
            return value


def marshal_item(item: dict[str, Any]) -> dict[str, Any]:
    """Marshal each member of an item."""
    return {name: marshal(value) for name, value in item.items()}


def unmarshal_item(item: dict[str, Any]) -> dict[str, Any]:
    """Unmarshal each member of an item."""
    return {name: unmarshal(value) for name, value in item.items()}
