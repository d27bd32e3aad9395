"""The four steps of a rotation, each idempotent, whoever calls them. AWS Secrets Manager user guide"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatelet.aws.connection import CallRefused
from gatelet.aws.table import Conflict
from gatelet.oauth.key_set import KeySet

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatelet.aws.connection import Connection
    from gatelet.aws.public_keys import Publication, PublishedVersion

CURRENT = "AWSCURRENT"
PENDING = "AWSPENDING"


class RotationInProgress(Exception):
    """Another rotation of the same key set came first."""


@dataclass(frozen=True, kw_only=True)
class SecretRotation:
    """Rotates one secret. A rotation is named by its version id, the ClientRequestToken."""

    connection: Connection
    arn: str
    published: PublishedVersion
    check: Callable[[KeySet], None]
    """Proves that every key of a set works. Raises ValueError."""
    publishes: bool
    """Whether the keys have a public half."""

    def create(self, rotation: str, successor: Callable[[KeySet], KeySet]) -> None:
        """createSecret: write the successor of the current set as pending, once."""
        if self.pending_set(rotation) is not None:
            return
        document = successor(self.current_set()).to_json()
        self.connection.secretsmanager(
            "put_secret_value",
            SecretId=self.arn,
            ClientRequestToken=rotation,
            SecretString=document,
            VersionStages=[PENDING],
        )

    def set(self, rotation: str) -> None:
        """setSecret: publish what the pending set will need. Raises RotationInProgress.

        The one published set is good for the current and for the pending version: the latter holds
        every key of the former that may still sign.
        """
        pending = self.set_of(rotation)
        self.check(pending)
        before = self.published.read()
        if before.rotation == rotation:
            return
        if self._is_ahead(before, pending):
            raise RotationInProgress
        try:
            self.published.publish(
                version=pending.version,
                rotation=rotation,
                instead_of=before,
                jwks=pending.published() if self.publishes else (),
            )
        except Conflict:
            raise RotationInProgress from None

    def test(self, rotation: str) -> None:
        """testSecret: prove the pending keys. A version that createSecret did not make is left alone."""
        pending = self.pending_set(rotation)
        if pending is not None and pending.rings:
            self.check(pending)

    def finish(self, rotation: str) -> None:
        """finishSecret: let the pending version be the current one. Raises RotationInProgress.

        Only a rotation whose set is the published one may finish, in whatever order the steps come.
        """
        try:
            self.published.seal(rotation)
        except Conflict:
            raise RotationInProgress from None
        stages = self.stages()
        if CURRENT not in stages.get(rotation, ()):
            current = next((version for version, labels in stages.items() if CURRENT in labels), None)
            self._make_current(rotation, current)
        self._drop_pending(rotation)

    def abandon(self, rotation: str) -> None:
        """Take the pending label off a rotation that came second."""
        self._drop_pending(rotation)

    def current_set(self) -> KeySet:
        """Read the current set; one without keys where none were made yet."""
        return KeySet.from_json(self._value({"VersionStage": CURRENT}))

    def set_of(self, rotation: str) -> KeySet:
        """Read the set that a rotation made. Raises ValueError where it has made none."""
        keys = self.pending_set(rotation)
        if keys is None:
            raise ValueError("this version of the secret was not made by createSecret")
        return keys

    def pending_set(self, rotation: str) -> KeySet | None:
        """Read the set that a rotation made, or None where it has made none."""
        try:
            return KeySet.from_json(self._value({"VersionId": rotation}))
        except (CallRefused, ValueError):
            return None

    def unfinished(self) -> str | None:
        """Return the rotation that published its set and died before it was finished, or None."""
        before = self.published.read()
        return before.rotation if before.rotation and self._is_under_way(before) else None

    def stages(self) -> dict[str, list[str]]:
        """Return the labels of every version."""
        stages: dict[str, list[str]] = self.connection.secretsmanager("describe_secret", SecretId=self.arn).get(
            "VersionIdsToStages", {}
        )
        return stages

    def _is_ahead(self, before: Publication, pending: KeySet) -> bool:
        """Tell whether another rotation is under way, or was finished after ours began."""
        return self._is_under_way(before) or (before.version >= pending.version and self._is_current(before))

    def _is_under_way(self, before: Publication) -> bool:
        if self._is_current(before):
            return False
        return before.is_sealed or PENDING in self.stages().get(before.rotation, ())

    def _is_current(self, before: Publication) -> bool:
        return CURRENT in self.stages().get(before.rotation, ())

    def _value(self, version: dict[str, str]) -> str:
        answer = self.connection.secretsmanager("get_secret_value", SecretId=self.arn, **version)
        return str(answer["SecretString"])

    def _make_current(self, rotation: str, before: str | None) -> None:
        """Move the label; a refusal may be about our own move, whose answer was lost."""
        source = {"RemoveFromVersionId": before} if before else {}
        try:
            self.connection.secretsmanager(
                "update_secret_version_stage",
                SecretId=self.arn,
                VersionStage=CURRENT,
                MoveToVersionId=rotation,
                **source,
            )
        except CallRefused:
            if CURRENT not in self.stages().get(rotation, ()):
                raise

    def _drop_pending(self, rotation: str) -> None:
        """Take the pending label off; somebody else may have done so a moment ago."""
        if PENDING in self.stages().get(rotation, ()):
            with contextlib.suppress(CallRefused):
                self.connection.secretsmanager(
                    "update_secret_version_stage",
                    SecretId=self.arn,
                    VersionStage=PENDING,
                    RemoveFromVersionId=rotation,
                )
