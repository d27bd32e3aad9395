"""What the deployed functions have logged."""

from collections.abc import Iterator

import boto3

PLATFORM = ("START RequestId", "END RequestId", "REPORT RequestId")


def function_logs(session: boto3.Session) -> Iterator[str]:
    """Return every line that a function has written; the platform's own are not among them."""
    logs = session.client("logs")
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            for events in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                messages = (event["message"] for event in events["events"])
                yield from (message for message in messages if not message.startswith(PLATFORM))
