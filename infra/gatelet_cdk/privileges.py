"""What each function may do with what; the policies and the settings of a function both come from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_READ_SECRET = ("secretsmanager:GetSecretValue",)
# The four steps of a rotation; RotateSecret itself is the scheduler's.
_ROTATE_SECRET = (
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
)
_READ_DIRECTORY = ("dynamodb:GetItem", "dynamodb:Query")
_CHANGE_CREDENTIALS = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
# Consents are listed and taken back.
_KEEP_CONSENTS = (*_CHANGE_CREDENTIALS, "dynamodb:DeleteItem", "dynamodb:Query")
_READ_GRANTS = ("dynamodb:GetItem",)
_CHANGE_GRANTS = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem")
# A session that has ended is forgotten.
_END_SESSIONS = (*_CHANGE_GRANTS, "dynamodb:DeleteItem")
_COUNT = ("dynamodb:PutItem", "dynamodb:UpdateItem")
_READ_KEYS = ("dynamodb:GetItem",)
_PUBLISH_KEYS = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
_ANNOUNCE = ("dynamodb:PutItem",)
_READ_FEED = ("dynamodb:Query",)

PRIVILEGES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "token": {
        "signing_secret": _READ_SECRET,
        "grant_secret": _READ_SECRET,
        "directory_table": _READ_DIRECTORY,
        "grants_table": _CHANGE_GRANTS,
        "limits_table": _COUNT,
        "feed_table": _ANNOUNCE,
    },
    "refresh": {
        "signing_secret": _READ_SECRET,
        "grant_secret": _READ_SECRET,
        "directory_table": _READ_DIRECTORY,
        "grants_table": _CHANGE_GRANTS,
        "limits_table": _COUNT,
        "feed_table": _ANNOUNCE,
    },
    "revoke": {
        "grant_secret": _READ_SECRET,
        "directory_table": _READ_DIRECTORY,
        "grants_table": _CHANGE_GRANTS,
        "limits_table": _COUNT,
        "keys_table": _READ_KEYS,
        "feed_table": _ANNOUNCE,
    },
    "authorize": {
        "grant_secret": _READ_SECRET,
        "directory_table": _READ_DIRECTORY,
        "credentials_table": _KEEP_CONSENTS,
        "grants_table": _END_SESSIONS,
        "limits_table": _COUNT,
        "keys_table": _READ_KEYS,
        "feed_table": _ANNOUNCE,
    },
    "introspect": {
        "grant_secret": _READ_SECRET,
        "directory_table": _READ_DIRECTORY,
        "grants_table": _READ_GRANTS,
        "limits_table": _COUNT,
        "keys_table": _READ_KEYS,
        "feed_table": _READ_FEED,
    },
    "userinfo": {
        "directory_table": _READ_DIRECTORY,
        "grants_table": _READ_GRANTS,
        "keys_table": _READ_KEYS,
        "feed_table": _READ_FEED,
    },
    "metadata": {"keys_table": _READ_KEYS},
    "authorizer": {"keys_table": _READ_KEYS, "feed_table": _READ_FEED},
    "rotate_keys": {
        "signing_secret": _ROTATE_SECRET,
        "grant_secret": _ROTATE_SECRET,
        "keys_table": _PUBLISH_KEYS,
        "feed_table": _ANNOUNCE,
    },
    "event_delivery": {"event_bus": ("events:PutEvents",)},
    "whoami": {},
}

PASSWORD_GRANT_PRIVILEGES: Mapping[str, tuple[str, ...]] = {"credentials_table": _CHANGE_CREDENTIALS}
"""What `token` gets on top where the stack is made with the password grant. RFC 6749 §4.3"""


class Holding(NamedTuple):
    """A table, a secret or an event bus: what a policy calls it, and what a function's settings call it."""

    arn: str
    name: str


def privileges_of(function: str, *, password_grant: bool) -> Mapping[str, tuple[str, ...]]:
    """Return the actions of a function by the setting that names their resource."""
    if function == "token" and password_grant:
        return {**PRIVILEGES[function], **PASSWORD_GRANT_PRIVILEGES}
    return PRIVILEGES[function]
