"""The list prices of prices.json, in dollars for one unit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("prices.json")


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What one of each costs."""

    http_api_request: float
    lambda_request: float
    lambda_gb_second: float
    dynamodb_write: float
    dynamodb_read: float
    dynamodb_storage_gb_month: float
    dynamodb_recovery_gb_month: float
    secret_month: float
    secret_read: float
    log_gb: float
    log_storage_gb_month: float
    alarm_month: float
    dashboard_month: float
    metric_month: float
    transfer_gb: float
    cognito_essentials_user: float
    cognito_lite_user: float
    cognito_machine_token: float
    cognito_machine_token_beyond: float
    cognito_machine_client_month: float


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """Prices, where they hold and when they were read."""

    region: str
    read: str
    prices: Prices

    @property
    def title(self) -> str:
        """Name the list."""
        return f"list prices of {self.region}, read {self.read}"


@cache
def price_list() -> PriceList:
    """Return the list that this release knows."""
    document = json.loads(FILE.read_text())
    prices = {name: entry["dollars"] / entry["per"] for name, entry in document["prices"].items()}
    return PriceList(region=document["region"], read=document["read"], prices=Prices(**prices))
