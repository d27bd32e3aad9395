"""The parts of a deployment that an operator works on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from gatelet.aws.account_administration import AccountAdministration
from gatelet.aws.directory_administration import DirectoryAdministration
from gatelet.aws.public_keys import PublicKeys
from gatelet.aws.table import Table
from gatelet_cli.aws_session import connect
from gatelet_cli.key_rotation import KeyRotation

if TYPE_CHECKING:
    from gatelet_cli.stack import Stack


class Administration:
    """Everything that the operator may read and write."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.connection = connect(stack.session)

    @cached_property
    def directory(self) -> DirectoryAdministration:
        """Clients, APIs, roles and users."""
        return DirectoryAdministration(self.connection, self.stack.tables["directory"])

    @cached_property
    def accounts(self) -> AccountAdministration:
        """Credentials, sessions and grants."""
        return AccountAdministration(
            self.connection,
            self.directory,
            credentials_table=self.stack.tables["credentials"],
            grants_table=self.stack.tables["grants"],
            feed_table=self.stack.tables["feed"],
        )

    @cached_property
    def keys(self) -> KeyRotation:
        """The keys, as far as anybody but their function may know them."""
        return KeyRotation(self.stack.session, self.stack.rotate_keys_function)

    def registered_scopes(self) -> dict[str, str]:
        """Return every scope with the API that it belongs to."""
        return {scope: server.identifier for server in self.directory.resource_servers() for scope in server.scopes}

    def published_algorithms(self) -> tuple[str, ...]:
        """Return the algorithms that the stack has keys for."""
        keys = PublicKeys(Table(self.connection, self.stack.tables["keys"]), self.directory.now)
        return tuple(sorted({str(jwk["alg"]) for jwk in keys.jwks()}))
