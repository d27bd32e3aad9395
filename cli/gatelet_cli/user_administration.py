"""Creating and changing users: names, passwords, profile claims, roles."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gatelet.accounts.password import LONGEST_PASSWORD, PasswordHashing
from gatelet.accounts.username import LONGEST_USERNAME, normalise
from gatelet.oauth.resource_owner import SUBJECT_PREFIX, ResourceOwner
from gatelet_cli.failure import Failure, Usage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from gatelet_cli.administration import Administration

SHORTEST_PASSWORD = 8
ADVISED_PASSWORD = 15
"""NIST SP 800-63B §3.1.1.2"""
LONGEST_CLAIM = 2048
LONGEST_CLAIM_NAME = 100
LARGEST_INTEGER = 2**53
DEEPEST_CLAIM = 8
PROTOCOL_CLAIMS = frozenset(
    {
        "acr", "amr", "at_hash", "aud", "auth_time", "azp", "c_hash", "client_id", "cnf", "exp", "gid", "iat", "iss",
        "jti", "nbf", "nonce", "roles", "s_hash", "scope", "sid", "sub",
    }
)  # fmt: skip
"""Claims that the server itself makes; a profile may not say them. RFC 9068 §2.2, OpenID Connect Core §2"""


def require_username(username: str) -> str:
    """Return the form under which a username is unique. Raises Usage."""
    name = normalise(username)
    if not 0 < len(name) <= LONGEST_USERNAME or not name.isprintable() or name != name.strip():
        raise Usage(f"USERNAME must be 1 to {LONGEST_USERNAME} printable characters, without a space at either end.")
    return name


def require_password(password: str) -> str:
    """Return a password that is long enough to be one. Raises Usage, never with the password."""
    try:
        size = len(password.encode())
    except UnicodeEncodeError:
        raise Usage("The password is not valid text.") from None
    if len(password) < SHORTEST_PASSWORD:
        raise Usage(f"The password must have at least {SHORTEST_PASSWORD} characters; {ADVISED_PASSWORD} are advised.")
    if size > LONGEST_PASSWORD:
        raise Usage(f"The password must have at most {LONGEST_PASSWORD} bytes.")
    if any(ord(character) < ord(" ") for character in password):
        raise Usage("The password must be one line without control characters.")
    return password


def parse_claims(arguments: Sequence[str], *, email: str | None, name: str | None) -> dict[str, Any]:
    """Read `key=value`, where the value is JSON or else text; null stands for no claim. Raises Usage."""
    claims: dict[str, Any] = {}
    for argument in arguments:
        key, equals, text = argument.partition("=")
        if not equals or not 0 < len(key) <= LONGEST_CLAIM_NAME or not key.isprintable() or " " in key:
            raise Usage("--claim must be KEY=VALUE, such as --claim locale=de or --claim email_verified=true.")
        if key in PROTOCOL_CLAIMS:
            raise Usage(f"--claim {key} is made by the server and cannot be set.")
        claims[key] = _claim_value(key, text)
    for key, value in (("email", email), ("name", name)):
        if value is not None:
            claims[key] = _require_profile(key, value) if value else None
    return claims


def with_claims(claims: Mapping[str, object], changes: Mapping[str, Any]) -> dict[str, object]:
    """Return the claims with changes made; those that became None are gone."""
    return {key: value for key, value in {**claims, **changes}.items() if value is not None}


def require_roles(roles: Sequence[str], administration: Administration) -> tuple[str, ...]:
    """Require that each role exists, and return each once. Raises Failure."""
    if not roles:
        return ()
    known = {role.name for role in administration.directory.roles()}
    for role in roles:
        if role not in known:
            raise Failure(
                f"--role {role} does not exist. See `gatelet roles list`, or make it with `gatelet roles create`."
            )
    return tuple(dict.fromkeys(roles))


def create(
    username: str, password: str, *, claims: Mapping[str, Any], roles: Sequence[str], administration: Administration
) -> ResourceOwner:
    """Create a user with a password. Raises Usage, Failure and AlreadyExists."""
    user = ResourceOwner(
        sub=f"{SUBJECT_PREFIX}{secrets.token_urlsafe(16)}",
        username=require_username(username),
        roles=require_roles(roles, administration),
        claims=with_claims({}, claims),
        created_at=administration.directory.now(),
    )
    password_hash = PasswordHashing().hash(require_password(password))
    administration.directory.create_user(user)
    try:
        administration.accounts.set_password(user, password_hash)
    except Exception as error:
        raise Failure(
            f"User {user.username} was created, but the password could not be set ({error})."
            f" Nobody can sign in yet: run `gatelet users set-password {user.username}`."
        ) from error
    return user


def update(username: str, claims: Mapping[str, Any], administration: Administration) -> ResourceOwner:
    """Change profile claims."""
    user = find(username, administration)
    return administration.directory.change_user(
        user.sub, lambda user: replace(user, claims=with_claims(user.claims, claims))
    )


def set_password(
    username: str, password: str, *, keep_sessions: bool, administration: Administration
) -> tuple[ResourceOwner, int]:
    """Set a password, then end the sessions that the old one began, and return how many there were."""
    user = find(username, administration)
    administration.accounts.set_password(user, PasswordHashing().hash(require_password(password)))
    return user, 0 if keep_sessions else administration.accounts.end_sessions(user.sub)


def find(username: str, administration: Administration) -> ResourceOwner:
    """Find a user by username or `sub`. Raises NotFound."""
    return administration.directory.find_user(normalise(username), username)


def end_sessions(user: ResourceOwner, session_id: str | None, administration: Administration) -> int:
    """End one session of a user, or every one, and return how many there were. Raises Failure."""
    if session_id is None:
        return administration.accounts.end_sessions(user.sub)
    if not administration.accounts.end_session(user.sub, session_id):
        raise Failure(
            f"{user.username} has no session {session_id}. See `gatelet sessions list --user {user.username}`."
        )
    return 1


def document(user: ResourceOwner) -> dict[str, Any]:
    """Render a user."""
    return {
        "username": user.username,
        "sub": user.sub,
        "enabled": user.enabled,
        "roles": list(user.roles),
        "claims": dict(user.claims),
        "created_at": user.created_at,
    }


def _require_profile(key: str, value: str) -> str:
    if not value.isprintable() or len(value) > LONGEST_CLAIM:
        raise Usage(f"--{key} must be at most {LONGEST_CLAIM} printable characters.")
    if key == "email" and (value.count("@") != 1 or value.startswith("@") or value.endswith("@") or " " in value):
        raise Usage("--email must be an address such as alice@example.com.")
    return value


def _claim_value(key: str, text: str) -> object:
    if len(text) > LONGEST_CLAIM:
        raise Usage(f"--claim {key} must have at most {LONGEST_CLAIM} characters.")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        if text[:1] in {"{", "[", '"'}:
            raise Usage(f"--claim {key} looks like JSON and is not: check quotes and brackets.") from None
        value = text
    _require_storable(key, value, DEEPEST_CLAIM)
    return value


def _require_storable(key: str, value: object, depth: int) -> None:
    if depth == 0:
        raise Usage(f"--claim {key} is nested too deeply.")
    match value:
        case float():
            raise Usage(f"--claim {key} must not hold a fraction: write it as text, in quotes.")
        case bool() | None:
            return
        case int() if abs(value) > LARGEST_INTEGER:
            raise Usage(
                f"--claim {key} holds a number that not every reader of JSON can read: write it as text, in quotes."
            )
        case str() if not _is_text(value):
            raise Usage(f"--claim {key} must hold printable text.")
        case dict():
            _require_all(key, [*value, *value.values()], depth)
        case list():
            _require_all(key, value, depth)


def _require_all(key: str, values: Collection[object], depth: int) -> None:
    for value in values:
        _require_storable(key, value, depth - 1)


def _is_text(text: str) -> bool:
    return all(character.isprintable() or character == "\n" for character in text)
