"""The same month at Amazon Cognito, by its list prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatelet_cli.costs.month import Usage
    from gatelet_cli.costs.prices import Prices

FREE_USERS = 10_000
DEARER_TOKENS = 250_000

CAVEAT = (
    "Cognito counts users and machine tokens, not requests, and its first 10,000 users are free. It is run by AWS and "
    "does things that Gatelet does not; text messages, e-mail and what authorizes calls cost extra there."
)


def cognito(usage: Usage, price_of_a_user: float, prices: Prices, *, machine_clients: int = 1) -> float:
    """Return dollars for a month, with one client for machines if there are tokens for any."""
    dear = min(usage.machine_tokens, DEARER_TOKENS)
    cheap = usage.machine_tokens - dear
    return (
        max(0, usage.users - FREE_USERS) * price_of_a_user
        + dear * prices.cognito_machine_token
        + cheap * prices.cognito_machine_token_beyond
        + (machine_clients * prices.cognito_machine_client_month if usage.machine_tokens else 0)
    )
