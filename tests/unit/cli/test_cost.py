"""`gatelet cost`: arithmetic with list prices, and nothing else."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import asdict, fields, replace

import pytest
import typer
from typer.testing import CliRunner

from gatelet_cli.cost import count
from gatelet_cli.costs import month
from gatelet_cli.costs.bill import Bill, bill_for, milliseconds
from gatelet_cli.costs.cognito import cognito
from gatelet_cli.costs.month import Usage
from gatelet_cli.costs.operations import AUTHORIZED_CALL, MACHINE_TOKEN, OPERATIONS, REFRESH, SIGN_IN
from gatelet_cli.costs.prices import FILE, Prices, price_list
from gatelet_cli.main import app

PRICES = price_list().prices


@pytest.fixture
def gatelet(monkeypatch):
    """Run the command where no network and no credentials are."""

    def refuse(*_args, **_more):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    return lambda *words: CliRunner().invoke(app, ["cost", *words])


@pytest.fixture
def estimate(gatelet):
    def estimate(*words):
        result = gatelet(*words, "--output", "json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return estimate


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("2500000", 2_500_000), ("2_500_000", 2_500_000), ("2,500,000", 2_500_000), ("250k", 250_000),
     ("2.5M", 2_500_000), ("1G", 10**9), (" 7 ", 7), ("1_000k", 10**6)],
)  # fmt: skip
def test_a_number_may_be_written_as_people_write_it(text, number):
    assert count(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "abc",
        "1e6",
        "nan",
        "inf",
        "1.5",
        "1.0005k",
        "2.5",
        "1_00",
        ",5",
        "10 000",
        "0x10",
        "٣",
        "2M5",
        "9" * 40,
    ],
)
def test_what_is_no_number_of_things_is_refused(text):
    with pytest.raises(typer.BadParameter):
        count(text)


@pytest.mark.parametrize(("words", "sentence"), [
    (("--requests", "-1", "--users", "1"), "'-1' is not a number of things"),
    (("--requests", "1", "--users", "many"), "'many' is not a number of things"),
    (("--requests", "1.5", "--users", "1"), "is not a whole number"),
    (("--requests", "9" * 20, "--users", "1"), "more than anybody asks"),
    (("--users", "1"), "Missing option '--requests'"),
])  # fmt: skip
def test_a_bad_number_is_told_and_nothing_is_calculated(gatelet, words, sentence):
    result = gatelet(*words)
    assert result.exit_code == 2
    assert sentence in re.sub(r"[\s│]+", " ", result.stderr)
    assert result.stdout == ""


def test_a_machines_token_costs_what_its_parts_do():
    """By hand: 1 ms of 1 GB, a hundredth of 0.3 s, one line of each log, and no DynamoDB but for cold starts."""
    bill = bill_for(MACHINE_TOKEN, PRICES).times(1_000_000)
    log_bytes = MACHINE_TOKEN.steps[0].log_bytes + 300 + 400
    assert asdict(bill) == pytest.approx({
        "http_api": 1.0,
        "functions": 0.20 + (0.001 + 0.003) * 13.3334,
        "dynamodb": 0.01 * 3 * 0.125,
        "secrets_manager": 0.01 * 2 * 5,
        "logs": log_bytes / 1000 * 0.5,
        "monitoring": 0,
        "transfer": 1.5 * 0.09,
    })  # fmt: skip


def test_a_refresh_adds_one_write_one_read_and_the_wait_for_them():
    token, refresh = (bill_for(operation, PRICES).times(1_000_000) for operation in (MACHINE_TOKEN, REFRESH))
    assert refresh.dynamodb - token.dynamodb == pytest.approx(0.625 + 0.125)
    assert milliseconds(REFRESH.steps[0]) == milliseconds(MACHINE_TOKEN.steps[0]) + 10


def test_an_authorized_call_costs_no_gateway_of_ours():
    bill = bill_for(AUTHORIZED_CALL, PRICES)
    assert (bill.http_api, bill.transfer, bill.secrets_manager) == (0, 0, 0)
    assert bill.functions > PRICES.lambda_request


def test_a_sign_in_is_the_sum_of_its_requests():
    bill = bill_for(SIGN_IN, PRICES).times(1_000_000)
    assert bill.http_api == pytest.approx(5.0)
    assert bill.dynamodb == pytest.approx(9 * 0.625 + 8 * 0.125 + 5 * 0.00375)


def test_while_nothing_is_asked_secrets_alarms_and_the_dashboard_cost(estimate):
    answer = estimate("--requests", "0", "--users", "0")["dollars_per_month"]
    assert answer["total"] == answer["idle"]
    assert answer["idle"]["total"] == pytest.approx(2 * 0.40 + 14 * 0.10 + 3.00)
    assert answer["idle"]["secrets_manager"] == 0.80
    assert answer["requests"]["total"] == answer["running"]["total"] == 0


def test_the_month_is_the_sum_of_its_parts_and_its_parts_of_their_items(estimate):
    answer = estimate("--requests", "10M", "--users", "10k", "--machine-tokens", "1M")["dollars_per_month"]
    parts = [answer[name]["total"] for name in ("idle", "requests", "running")]
    assert answer["total"]["total"] == pytest.approx(sum(parts), abs=0.001)
    for part in answer.values():
        assert part["total"] == pytest.approx(sum(part.values()) - part["total"], abs=0.001)


def test_a_month_grows_with_everything_that_is_asked():
    least = Usage(requests=1_000_000, users=1000, machine_tokens=1000)
    smallest = month.month(least, PRICES).total
    for more in (
        {"requests": 2_000_000}, {"users": 2000}, {"machine_tokens": 100_000}, {"sign_ins_per_user": 5},
        {"refreshes_per_user": 200}, {"protected_apis": 2},
    ):  # fmt: skip
        assert month.month(replace(least, **more), PRICES).total > smallest


def test_authorizers_read_the_feed_every_five_seconds_and_never_more_often_than_they_are_asked():
    assert month.authorizer_reads(Usage(requests=0)) == 0
    assert month.authorizer_reads(Usage(requests=100)) == 200
    one_container = 730 * 3600 / 5 + 730 * 3600 / 300
    assert month.authorizer_reads(Usage(requests=10_000_000)) == pytest.approx(one_container)
    assert month.authorizer_reads(Usage(requests=10**9)) > 5 * one_container


def test_cognitos_tokens_cost_what_a_published_bill_says():
    """Ten million: 15,187.50 dollars, and the client."""
    usage = Usage(machine_tokens=10_000_000)
    assert cognito(usage, PRICES.cognito_lite_user, PRICES) == pytest.approx(15_187.50 + 6)


def test_cognitos_first_ten_thousand_users_are_free(estimate):
    assert estimate("--requests", "0", "--users", "10k")["dollars_per_month_of_amazon_cognito"] == {
        "essentials": 0, "lite": 0,
    }  # fmt: skip
    answer = estimate("--requests", "0", "--users", "110k")["dollars_per_month_of_amazon_cognito"]
    assert answer == {"essentials": 1500, "lite": 550}


def test_people_read_tables_and_what_was_assumed(gatelet):
    result = gatelet("--requests", "10M", "--users", "10k")
    assert result.exit_code == 0
    for words in ("Dollars per million", "Dollars for the month", "Amazon Cognito", "while nothing is asked"):
        assert words in result.stdout
    for words in ("Calculated, not billed: list prices of us-east-1, read 2026-05 to 2026-11.", "Assumed: ", "free"):
        assert words in result.stderr


def test_every_price_says_what_it_is_for_and_where_and_when_it_was_read():
    document = json.loads(FILE.read_text())
    assert set(document["prices"]) == {field.name for field in fields(Prices)}
    for entry in document["prices"].values():
        assert set(entry) == {"dollars", "per", "unit", "source"}
        assert 0 < entry["dollars"] < 10
        assert re.search(r", 20\d\d-\d\d(;|$)", entry["source"])
        assert "://" not in entry["source"]


def test_every_part_of_a_bill_is_printed(estimate):
    names = {"total", *(field.name for field in fields(Bill))}
    answer = estimate("--requests", "1", "--users", "1")
    for part in (*answer["dollars_per_million"].values(), *answer["dollars_per_month"].values()):
        assert set(part) == names
    assert len(answer["dollars_per_million"]) == len(OPERATIONS)
