"""The parts of a dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch

if TYPE_CHECKING:
    from collections.abc import Sequence

WHOLE, HALF, THIRD = 24, 12, 8
"""Columns of the 24 that a dashboard has."""


def heading(question: str, hint: str) -> list[cloudwatch.IWidget]:
    """Return a row that asks a question, and says where else it is answered."""
    return [cloudwatch.TextWidget(markdown=f"## {question}\n{hint}", width=WHOLE, height=2)]


def graph(
    title: str,
    metrics: Sequence[cloudwatch.IMetric],
    *,
    right: Sequence[cloudwatch.IMetric] = (),
    width: int = HALF,
    stacked: bool = False,
) -> cloudwatch.GraphWidget:
    """Return a graph over time."""
    return cloudwatch.GraphWidget(title=title, left=list(metrics), right=list(right), width=width, stacked=stacked)
