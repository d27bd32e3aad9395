"""Records that several operators may change at once: every change is of the revision that was read."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from gatelet.aws.attributes import marshal_item, unmarshal_item
from gatelet.aws.table import NAME, Conflict, Table
from gatelet.aws.transaction import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gatelet.aws.connection import Connection

ATTEMPTS = 5
UNCHANGED = "attribute_exists(#pk) AND (#revision = :read OR (attribute_not_exists(#revision) AND :read = :none))"

Value = TypeVar("Value")


class AlreadyExists(Exception):
    """A record of that name is there; `holder` says whose it is where that is not the name itself."""

    def __init__(self, kind: str, name: str, holder: str | None = None) -> None:
        super().__init__(f"{kind} {name} exists already" + (f" and belongs to {holder}" if holder else ""))


class NotFound(Exception):
    """There is no such record."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"there is no {kind} {name}")
        self.kind = kind


class ChangedMeanwhile(Exception):
    """Other operators changed the record again and again while this change was tried."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind} {name} is being changed by somebody else; nothing was written, try again")


class Records(Generic[Value]):
    """The records of one kind in a table, each one item with a `revision`."""

    def __init__(
        self,
        connection: Connection,
        table: str,
        kind: str,
        *,
        to_item: Callable[[Value], dict[str, Any]],
        from_item: Callable[[dict[str, Any]], Value],
    ) -> None:
        self._connection = connection
        self._table_name = table
        self._table = Table(connection, table)
        self._kind = kind
        self._to_item = to_item
        self._from_item = from_item

    def get(self, key: tuple[str, str]) -> Value | None:
        """Find one record."""
        item = self._table.get(*key)
        return self._from_item(item) if item else None

    def partition(self, pk: str) -> Iterator[Value]:
        """Read the records of one partition."""
        return map(self._from_item, self._table.query(pk))

    def scan(self, sk: str) -> Iterator[Value]:
        """Read every record that has this sort key."""
        return map(self._from_item, scan(self._connection, self._table_name, "#sk = :sk", {"sk": sk}))

    def create(self, value: Value, name: str) -> None:
        """Write a record that was not there. Raises AlreadyExists."""
        item = self.first_item(value)
        try:
            self._table.put(item, condition=ABSENT)
        except Conflict as conflict:
            if not _is_same(conflict.item, item):
                raise AlreadyExists(self._kind, name) from None

    def change(self, key: tuple[str, str], name: str, change: Callable[[Value], Value]) -> Value:
        """Replace a record by what `change` makes of it. Raises NotFound and ChangedMeanwhile.

        `change` may be called again with what another operator wrote in between.
        """
        for _ in range(ATTEMPTS):
            item, value = self.read(key, name)
            changed = change(value)
            if changed == value:
                return value
            successor = self.successor(item, changed)
            try:
                self._table.put(successor, condition=UNCHANGED, read=item.get("revision", 0), none=0)
            except Conflict as conflict:
                if not _is_same(conflict.item, successor):
                    continue
            return changed
        raise ChangedMeanwhile(self._kind, name)

    def delete(self, key: tuple[str, str]) -> None:
        """Delete a record; no fault where there is none."""
        pk, sk = key
        self._connection.dynamodb("delete_item", TableName=self._table_name, Key=marshal_item({"pk": pk, "sk": sk}))

    def read(self, key: tuple[str, str], name: str) -> tuple[dict[str, Any], Value]:
        """Return the item and the record that it holds. Raises NotFound."""
        item = self._table.get(*key)
        if item is None:
            raise NotFound(self._kind, name)
        return item, self._from_item(item)

    def first_item(self, value: Value) -> dict[str, Any]:
        """Render a new record."""
        return {**self._to_item(value), "revision": 1}

    def successor(self, item: dict[str, Any], value: Value) -> dict[str, Any]:
        """Render a changed record; members that a newer release wrote stay."""
        return {**item, **self._to_item(value), "revision": item.get("revision", 0) + 1}


def scan(connection: Connection, table: str, condition: str, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Read a whole table, every page of it, and return the items that meet the condition."""
    start: dict[str, Any] = {}
    while True:
        answer = connection.dynamodb(
            "scan",
            TableName=table,
            FilterExpression=condition,
            ExpressionAttributeNames={f"#{name}": name for name in NAME.findall(condition)},
            ExpressionAttributeValues=marshal_item({f":{name}": value for name, value in values.items()}),
            ConsistentRead=True,
            **start,
        )
        yield from map(unmarshal_item, answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def server_time(connection: Connection, table: str) -> int:
    """Return DynamoDB's own time, since a laptop's clock may be wrong and decide nothing."""
    answer = connection.dynamodb("get_item", TableName=table, Key=marshal_item({"pk": "TIME", "sk": "TIME"}))
    return int(parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp())


def _is_same(stored: dict[str, Any] | None, written: dict[str, Any]) -> bool:
    """Tell whether the write that seems to conflict is our own, whose answer was lost."""
    return stored is not None and marshal_item(stored) == marshal_item(written)
