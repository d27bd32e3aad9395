"""What an operator does to accounts, by the time of the test instead of DynamoDB's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.aws.account_administration import AccountAdministration
from gatelet.aws.directory_administration import DirectoryAdministration

if TYPE_CHECKING:
    from tests.integration.deployment import Deployment


class Directory(DirectoryAdministration):
    """The directory, whose time is that of the functions."""

    def __init__(self, stack: Deployment) -> None:
        super().__init__(stack.server("operator").connection, "directory")
        self._stack = stack

    def now(self) -> int:
        return int(self._stack.clock())


def accounts_of(stack: Deployment) -> AccountAdministration:
    """Return the accounts of a stack as the operator's command sees them."""
    connection = stack.server("operator").connection
    connection.start_request()
    return AccountAdministration(
        connection,
        Directory(stack),
        credentials_table="credentials",
        grants_table="grants",
        feed_table="feed",
    )
