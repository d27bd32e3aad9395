"""One DynamoDB table: plain items in and out, every read strongly consistent."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gatelet.aws.attributes import marshal, marshal_item, unmarshal_item
from gatelet.aws.connection import ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from gatelet.aws.connection import Connection

NAME = re.compile(r"#(\w+)")


class Conflict(Exception):
    """A conditional write did not happen; `item` is what stood there, or None."""

    def __init__(self, item: dict[str, Any] | None) -> None:
        super().__init__("the condition of the write does not hold")
        self.item = item


class Table:
    """Items under the string keys `pk` and `sk`.

    In expressions an attribute is written `#name` and a value `:name`, the latter given as a keyword,
    so that no reserved word of DynamoDB ever stands in one.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name

    def one_attempt(self) -> AbstractContextManager[None]:
        """Leave time for one attempt to the calls within, and the rest of it to those that follow."""
        return self._connection.one_attempt()

    def get(self, pk: str, sk: str) -> dict[str, Any] | None:
        """Read one item."""
        answer = self._connection.dynamodb(
            "get_item", TableName=self._name, Key=marshal_item({"pk": pk, "sk": sk}), ConsistentRead=True
        )
        return unmarshal_item(answer["Item"]) if "Item" in answer else None

    def query(self, pk: str, *, after: str = "") -> Iterator[dict[str, Any]]:
        """Read the items of one partition whose sort key is above `after`, every page of them."""
        condition = "#pk = :pk AND #sk > :after" if after else "#pk = :pk"
        values = {"pk": pk, "after": after} if after else {"pk": pk}
        start: dict[str, Any] = {}
        while True:
            answer = self._connection.dynamodb(
                "query",
                TableName=self._name,
                KeyConditionExpression=condition,
                **_names(condition),
                **_values(values),
                **start,
                ConsistentRead=True,
            )
            yield from map(unmarshal_item, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def put(self, item: dict[str, Any], *, condition: str = "", **values: object) -> None:
        """Write one item. Raises Conflict where `condition` does not hold."""
        conditional = {"ConditionExpression": condition} if condition else {}
        self._write("put_item", condition, values, Item=marshal_item(item), **conditional)

    def delete(self, pk: str, sk: str, *, condition: str = "") -> None:
        """Delete one item; no fault where there is none. Raises Conflict where `condition` does not hold."""
        conditional = {"ConditionExpression": condition} if condition else {}
        self._write("delete_item", condition, {}, Key=marshal_item({"pk": pk, "sk": sk}), **conditional)

    def update(self, pk: str, sk: str, change: str, *, condition: str = "", **values: object) -> dict[str, Any]:
        """Change one item and return it as it is then. Raises Conflict where `condition` does not hold."""
        answer = self._write(
            "update_item",
            f"{change} {condition}",
            values,
            Key=marshal_item({"pk": pk, "sk": sk}),
            UpdateExpression=change,
            **({"ConditionExpression": condition} if condition else {}),
            ReturnValues="ALL_NEW",
        )
        return unmarshal_item(answer["Attributes"])

    def _write(
        self, operation: str, expressions: str, values: dict[str, object], **parameters: object
    ) -> dict[str, Any]:
        try:
            return self._connection.dynamodb(
                operation,
                TableName=self._name,
                **parameters,
                **_names(expressions),
                **_values(values),
                **({"ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if parameters.get("ConditionExpression") else {}),
            )
        except ConditionFailed as failure:
            raise Conflict(unmarshal_item(failure.item) if failure.item else None) from None


@lru_cache(64)
def _names(expressions: str) -> dict[str, Any]:
    """Return the names that expressions use; these are constants of ours, so that few are ever looked through."""
    names = {f"#{name}": name for name in NAME.findall(expressions)}
    return {"ExpressionAttributeNames": names} if names else {}


def _values(values: dict[str, Any]) -> dict[str, Any]:
    rendered = {f":{name}": marshal(value) for name, value in values.items()}
    return {"ExpressionAttributeValues": rendered} if rendered else {}
