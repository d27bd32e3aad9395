"""What does it cost?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from gatelet_cdk.widgets import HALF, THIRD, WHOLE, graph, heading
from gatelet_cli.costs.prices import price_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelet_cdk.authorization_server import AuthorizationServer

_DAY = Duration.days(1)
_GIGABYTE_MILLISECONDS = 1024 * 1000
_GIGABYTE = 10**9


def cost_widgets(server: AuthorizationServer) -> list[list[cloudwatch.IWidget]]:
    """Return what is paid for by use, and list prices times that."""
    requests = server.http_api.metric_count(statistic="Sum", label="requests to the API")
    functions = {**server.functions, "rotate_keys": server.rotate_keys}
    invocations = {f"i_{name}": each.function.metric_invocations() for name, each in functions.items()}
    durations = {f"d_{name}": each.function.metric_duration(statistic="Sum") for name, each in functions.items()}
    memory = {f"d_{name}": each.memory_size for name, each in functions.items()}
    tables = server.state.tables
    reads = {f"r_{name}": table.metric_consumed_read_capacity_units() for name, table in tables.items()}
    writes = {f"w_{name}": table.metric_consumed_write_capacity_units() for name, table in tables.items()}
    logged = cloudwatch.Metric(
        namespace="AWS/Logs",
        metric_name="IncomingBytes",
        dimensions_map={"LogGroupName": server.log_group.log_group_name},
        statistic="Sum",
    )
    known = price_list()
    prices = known.prices
    gigabyte_seconds = _sum({name: memory[name] / _GIGABYTE_MILLISECONDS for name in memory}, durations)
    dollars = [
        _dollars("HTTP API", {"requests": requests}, {"requests": prices.http_api_request}),
        _dollars(
            "Lambda",
            {**invocations, **durations},
            {
                **dict.fromkeys(invocations, prices.lambda_request),
                **{name: memory[name] / _GIGABYTE_MILLISECONDS * prices.lambda_gb_second for name in durations},
            },
        ),
        _dollars(
            "DynamoDB",
            {**reads, **writes},
            {**dict.fromkeys(reads, prices.dynamodb_read), **dict.fromkeys(writes, prices.dynamodb_write)},
        ),
        _dollars("logs of the functions", {"logged": logged}, {"logged": prices.log_gb / _GIGABYTE}),
    ]
    return [
        heading(
            "What does it cost?",
            f"Estimated by {known.title}, without what stands still, protected APIs, transfer and free tiers."
            " `gatelet status` adds up the last day, `gatelet cost` a month of your own.",
        ),
        [graph("Dollars a day", dollars, width=WHOLE, stacked=True)],
        [
            graph("Requests and invocations", [requests, *invocations.values()], width=THIRD),
            graph("GB-seconds of the functions", [gigabyte_seconds], width=THIRD),
            graph("Bytes logged", [logged], width=THIRD),
        ],
        [
            graph("DynamoDB, units read", list(reads.values()), width=HALF, stacked=True),
            graph("DynamoDB, units written", list(writes.values()), width=HALF, stacked=True),
        ],
    ]


def _dollars(
    label: str, metrics: Mapping[str, cloudwatch.IMetric], prices: Mapping[str, float]
) -> cloudwatch.MathExpression:
    return _sum(prices, metrics, label=label, period=_DAY)


def _sum(
    factors: Mapping[str, float],
    metrics: Mapping[str, cloudwatch.IMetric],
    *,
    label: str = "GB-seconds",
    period: Duration | None = None,
) -> cloudwatch.MathExpression:
    """Return metrics, each times its factor, added up; one that has no values counts for nothing."""
    terms = ", ".join(f"FILL({name}, 0) * {factor:.12f}" for name, factor in factors.items())
    return cloudwatch.MathExpression(
        expression=f"SUM([{terms}])", using_metrics=dict(metrics), label=label, period=period
    )
