"""Several conditional writes as one; only the operator's command needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from gatelet.aws.attributes import marshal_item, unmarshal_item
from gatelet.aws.connection import CallRefused
from gatelet.aws.table import NAME
from gatelet.oauth.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatelet.aws.connection import Connection

ABSENT = "attribute_not_exists(#pk)"
PRESENT = "attribute_exists(#pk)"
CANCELLED = "TransactionCanceledException"
CONDITION_FAILED = "ConditionalCheckFailed"


class TransactionRefused(Exception):
    """A condition does not hold and nothing was written.

    `position` says which write it was, `item` what stood there, or None.
    """

    def __init__(self, position: int, item: dict[str, Any] | None) -> None:
        super().__init__(f"the condition of write {position} does not hold")
        self.position = position
        self.item = item


def put(table: str, item: dict[str, Any], condition: str, **values: object) -> dict[str, Any]:
    """Write an item if the condition holds."""
    return {"Put": {"TableName": table, "Item": marshal_item(item), **_conditional(condition, values)}}


def delete(table: str, key: tuple[str, str], condition: str, **values: object) -> dict[str, Any]:
    """Delete an item if the condition holds."""
    pk, sk = key
    return {
        "Delete": {"TableName": table, "Key": marshal_item({"pk": pk, "sk": sk}), **_conditional(condition, values)}
    }


def transact(connection: Connection, writes: Sequence[dict[str, Any]]) -> None:
    """Do all of the writes or none.

    A repeated call whose first answer was lost is one call: the SDK sends the same ClientRequestToken.
    Raises TransactionRefused for the first condition that does not hold.
    """
    try:
        connection.dynamodb("transact_write_items", TransactItems=list(writes))
    except CallRefused as refused:
        if refused.code != CANCELLED or not isinstance(refused.__cause__, ClientError):
            raise
        reasons: Sequence[Any] = refused.__cause__.response["CancellationReasons"]
        for position, reason in enumerate(reasons):
            if reason["Code"] == CONDITION_FAILED:
                item = reason.get("Item")
                raise TransactionRefused(position, unmarshal_item(item) if item else None) from None
        codes = {reason["Code"] for reason in reasons} - {"None"}
        raise TemporarilyUnavailable(f"transact_write_items: {', '.join(sorted(codes))}") from refused


def _conditional(condition: str, values: dict[str, Any]) -> dict[str, Any]:
    """Write an expression as `Table` does: `#name` for an attribute, `:name` for a value."""
    given = marshal_item({f":{name}": value for name, value in values.items()})
    return {
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {f"#{name}": name for name in NAME.findall(condition)},
        **({"ExpressionAttributeValues": given} if given else {}),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
