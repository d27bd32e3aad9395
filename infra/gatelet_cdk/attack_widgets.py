"""Who is attacking?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch

from gatelet.handlers.audit_event import SUSPICIOUS, Event
from gatelet_cdk.metrics import event_metric, outcome_metric
from gatelet_cdk.widgets import HALF, THIRD, graph, heading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatelet_cdk.authorization_server import AuthorizationServer

_WHO = {"source_ip": "Addresses", "client_id": "Clients", "sub": "Users"}
_TURNED_AWAY = (Event.CLIENT_AUTHENTICATION_FAILED, Event.CLIENT_AUTHENTICATION_THROTTLED, Event.REQUEST_THROTTLED)
_STOLEN = (Event.CODE_REPLAYED, Event.REFRESH_TOKEN_REUSED)


def attack_widgets(server: AuthorizationServer, *, throttled: cloudwatch.Metric) -> list[list[cloudwatch.IWidget]]:
    """Return what fails and is turned away, and of whom the most comes."""
    service, group = server.function_defaults.service, server.log_group.log_group_name
    return [
        heading(
            "Who is attacking?",
            "Honest mistakes look the same: it is the number that tells. Everything of one address, client or user:"
            " `gatelet audit`.",
        ),
        [
            graph(
                "Failed sign-ins, and their share",
                [
                    event_metric(service, "SignInFailed").with_(label="failed or had to wait"),
                    event_metric(service, "SignInFailed", statistic="SampleCount").with_(label="all"),
                ],
                right=[event_metric(service, "SignInFailed", statistic="Average").with_(label="share")],
                width=THIRD,
            ),
            graph(
                "Had to wait (429)",
                [throttled, *(outcome_metric(service, operation, "throttled") for operation in server.functions)],
                width=THIRD,
            ),
            graph("Codes and refresh tokens that came back", [event_metric(service, "ReuseDetected")], width=THIRD),
        ],
        [
            _table(f"{title} with the most failures", group, *_of(SUSPICIOUS), *_most(member), width=THIRD)
            for member, title in _WHO.items()
        ],
        [
            _table("Clients turned away", group, *_of(_TURNED_AWAY), *_latest("detail"), width=HALF),
            _table("Replays and reuse", group, *_of(_STOLEN), *_latest("gid"), width=HALF),
        ],
    ]


def _of(events: Sequence[Event]) -> list[str]:
    return [f"filter @message like /{'|'.join(re.escape(event) for event in events)}/"]


def _most(member: str) -> list[str]:
    return [f"filter ispresent({member})", f"stats count(*) as times by {member}", "sort times desc", "limit 20"]


def _latest(member: str) -> list[str]:
    return [f"fields @timestamp, source_ip, client_id, sub, {member}", "sort @timestamp desc", "limit 20"]


def _table(title: str, group: str, *lines: str, width: int) -> cloudwatch.LogQueryWidget:
    return cloudwatch.LogQueryWidget(title=title, log_group_names=[group], query_lines=list(lines), width=width)
