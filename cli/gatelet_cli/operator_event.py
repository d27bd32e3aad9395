"""What operators do, by the names that the audit trail has for it; explained in docs/audit.md."""

from __future__ import annotations

from enum import StrEnum


class OperatorEvent(StrEnum):
    """One for each command that changes something."""

    CLIENT_CREATED = "operator.client_created"
    CLIENT_UPDATED = "operator.client_updated"
    CLIENT_SECRET_ROTATED = "operator.client_secret_rotated"
    CLIENT_ENABLED = "operator.client_enabled"
    CLIENT_DISABLED = "operator.client_disabled"
    CLIENT_DELETED = "operator.client_deleted"
    API_CREATED = "operator.api_created"
    API_UPDATED = "operator.api_updated"
    API_DELETED = "operator.api_deleted"
    USER_CREATED = "operator.user_created"
    USER_UPDATED = "operator.user_updated"
    USER_PASSWORD_SET = "operator.user_password_set"
    USER_ROLES_SET = "operator.user_roles_set"
    USER_ENABLED = "operator.user_enabled"
    USER_DISABLED = "operator.user_disabled"
    USER_DELETED = "operator.user_deleted"
    ROLE_CREATED = "operator.role_created"
    ROLE_DELETED = "operator.role_deleted"
    SESSIONS_ENDED = "operator.sessions_ended"
    GRANT_REVOKED = "operator.grant_revoked"
    KEYS_ROTATED = "operator.keys_rotated"
    KEYS_REPLACED = "operator.keys_replaced"
    KEYS_REVOKED = "operator.keys_revoked"
