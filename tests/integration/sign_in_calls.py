"""The calls of a sign-in, step by step: asserted by test_sign_in_cost.py, listed in docs/architecture.md."""

from __future__ import annotations

COUNT_TWO = ["UpdateItem limits"] * 2
READ_SESSION, READ_USER = "GetItem grants", "GetItem directory"
JOIN_SESSION, PUT_GRANT = "UpdateItem grants", "PutItem grants"

LOGIN_PAGE = "request, nobody signed in: the login page"
PASSWORD = "the right password"
CONSENT_PAGE = "request, signed in, consent missing: the consent page"
CONSENT = "a yes: the code"
TOKENS = "redemption of the code: the tokens"
WRONG_PASSWORD = "a wrong password"
KNOWN_BROWSER = "the right password in a browser that the user signed in with before"
AGAIN = "the right password of whoever is signed in already, with one grant"
FIRST_PARTY = "request of a first-party client, signed in: the code"
CONSENTED = "request, signed in, consented to before: the code"
UNKNOWN_CLIENT = "request of an unknown client: a page"
FORGED = "a forged form, session or code"
ACCOUNT = "the account page"
LOGOUT = "logout, with two grants"

CALLS: dict[str, list[str]] = {
    LOGIN_PAGE: [],
    PASSWORD: [*COUNT_TWO, "GetItem credentials", READ_USER, *COUNT_TWO, "PutItem grants"],
    CONSENT_PAGE: [READ_SESSION, READ_USER, "GetItem credentials"],
    CONSENT: [READ_SESSION, READ_USER, "UpdateItem credentials", JOIN_SESSION, PUT_GRANT],
    TOKENS: ["UpdateItem grants", READ_USER],
    WRONG_PASSWORD: [*COUNT_TWO, "GetItem credentials"],
    KNOWN_BROWSER: ["UpdateItem limits", "GetItem credentials", READ_USER, "UpdateItem limits", "PutItem grants"],
    AGAIN: [
        "UpdateItem limits", "GetItem credentials", READ_USER, "UpdateItem limits",
        "UpdateItem grants", "GetItem grants", "PutItem grants", "DeleteItem grants",
    ],
    FIRST_PARTY: [READ_SESSION, READ_USER, JOIN_SESSION, PUT_GRANT],
    CONSENTED: [READ_SESSION, READ_USER, "GetItem credentials", JOIN_SESSION, PUT_GRANT],
    UNKNOWN_CLIENT: [READ_USER],
    FORGED: [],
    ACCOUNT: [READ_SESSION, READ_USER, "Query grants", "Query credentials"],
    LOGOUT: [
        READ_SESSION, "UpdateItem grants",
        *["GetItem grants", "PutItem feed", "UpdateItem grants"] * 2,
        "DeleteItem grants",
    ],
}  # fmt: skip
WHOLE = (LOGIN_PAGE, PASSWORD, CONSENT_PAGE, CONSENT, TOKENS)
"""The requests of a first sign-in at a client that must ask, in their order."""


def writes_and_reads(calls: list[str]) -> tuple[int, int]:
    """Count the calls that write and those that read."""
    reads = sum(call.startswith(("GetItem", "Query")) for call in calls)
    return len(calls) - reads, reads
