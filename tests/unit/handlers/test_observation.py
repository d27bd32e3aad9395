"""One line a request, which is its metrics too (CloudWatch embedded metric format), and never fails the request."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatelet.handlers.observation import Observation, alarm

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def written(capsys):
    (line,) = capsys.readouterr().out.splitlines()
    return json.loads(line, object_pairs_hook=_unique)


def _unique(pairs):
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(fact=VALUES)
def test_whatever_is_noted_the_line_is_one_line_of_json(capsys, fact):
    observation = Observation("token")
    observation.note(fact=fact)
    observation.conclude(status=200)

    line = written(capsys)
    assert (line["message"], line["outcome"]) == ("token", "succeeded")
    assert "fact" in line or fact is None


def test_nothing_noted_is_a_line_too(capsys):
    Observation("token").conclude(status=204)

    assert written(capsys)["status"] == 204


@pytest.mark.parametrize(
    ("status", "outcome", "level"),
    [
        (200, "succeeded", "INFO"),
        (303, "succeeded", "INFO"),
        (400, "refused", "INFO"),
        (429, "throttled", "INFO"),
        (503, "unavailable", "INFO"),
        (500, "failed", "ERROR"),
    ],
)
def test_an_outcome_is_a_metric_of_its_operation(capsys, status, outcome, level):
    Observation("revoke").conclude(status=status)

    line = written(capsys)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (line["outcome"], line["level"], line["operation"]) == (outcome, level, "revoke")
    assert directive["Dimensions"] == [["service", "operation"]]
    assert [metric["Name"] for metric in directive["Metrics"]] == [outcome.capitalize(), "duration_ms"]
    assert line[outcome.capitalize()] == 1
    assert isinstance(line["duration_ms"], float)
    assert abs(line["_aws"]["Timestamp"] / 1000 - 1_800_000_000) < 10**9


def test_alarms_of_a_request_are_counted_in_its_line(capsys):
    observation = Observation("token")
    for name in ("SecretUnread", "ReuseDetected", "SecretUnread"):
        alarm(name)
    observation.conclude(status=400)

    line = written(capsys)
    _, alarms = line["_aws"]["CloudWatchMetrics"]
    assert (line["SecretUnread"], line["ReuseDetected"], alarms["Dimensions"]) == (2, 1, [["service"]])
    assert {metric["Name"] for metric in alarms["Metrics"]} == {"SecretUnread", "ReuseDetected"}


def test_an_alarm_outside_of_a_request_has_a_line_of_its_own(capsys):
    """Before the first request, say; and after one has been concluded."""
    Observation("token").conclude(status=200)
    capsys.readouterr()
    alarm("FeedUnread")

    line = written(capsys)
    assert (line["level"], line["FeedUnread"], "operation" in line) == ("ERROR", 1, False)


def test_a_line_that_cannot_be_written_fails_nothing(monkeypatch):
    class Closed:
        def write(self, _text):
            raise ValueError("I/O operation on closed file")

    monkeypatch.setattr(sys, "stdout", Closed())
    Observation("token").conclude(status=200)
    circle: list[object] = []
    circle.append(circle)
    Observation("token").conclude(status=200, circle=circle)
