"""Limits count, and the log names, where a request really came from. RFC 7239 §8.1, RFC 6819 §5.1.4.2.3"""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from gatelet.handlers import token
from gatelet.handlers.authorizer import Authorizer
from gatelet.handlers.endpoint import Endpoint
from gatelet.oauth.client_authentication import FREE_FAILURES
from tests.integration.api_gateway import FORM, Answer, basic, http_api_call, http_event, rest_request_call
from tests.integration.visitor import Page, Visitor

PROXY, STRANGER = "10.0.0.1", "203.0.113.7"
NETWORKS = ("10.0.0.0/24",)
GRANT = urlencode({"grant_type": "client_credentials"}).encode()


@pytest.fixture
def proxied(deployment):
    """Return a deployment that trusts the proxies of one network."""
    deployment.change_settings(trusted_proxies=NETWORKS)
    return deployment


@pytest.fixture
def guess_secret(deployment, service):
    """Try a client's secret."""

    def guess_secret(connected: str, forwarded_for: str | None = None) -> int:
        forwarded = {} if forwarded_for is None else {"x-forwarded-for": forwarded_for}
        event = http_event(
            "POST", "/oauth2/token", {**FORM, **basic(service.client_id, "wrong"), **forwarded}, body=GRANT
        )
        event["requestContext"]["http"]["sourceIp"] = connected
        return Answer(token.handler.respond(event, deployment.server("token"))).status

    return guess_secret


@pytest.fixture
def guess_password(deployment):
    """Try a password for a name that nobody tried before, and return how often each address has guessed."""
    guesses: list[str] = []

    def guess_password(connected: str, forwarded_for: str = "") -> list[int]:
        browser = Visitor(deployment, connected)
        form = Page(browser.open("/account").body).forms[0]
        guesses.append(f"nobody{len(guesses)}")
        typed = {"username": guesses[-1], "password": "wrong"}
        forwarded = {"x-forwarded-for": forwarded_for}
        assert browser.open(form.action, form={**form.fields, **typed}, headers=forwarded).status == 401
        counted = sorted(int(item["tries"]["N"]) for item in deployment.items("limits"))
        return counted[len(guesses) :]  # without those of the names, one each

    return guess_password


@pytest.mark.attack("ATK-287")
def test_without_a_trusted_proxy_the_header_counts_for_nothing(guess_secret):
    answers = [guess_secret(STRANGER, f"192.0.2.{number}") for number in range(FREE_FAILURES + 1)]
    assert answers == [401] * FREE_FAILURES + [429]


@pytest.mark.attack("ATK-287")
@pytest.mark.usefixtures("proxied")
def test_nor_does_that_of_somebody_who_is_no_proxy(guess_secret, log):
    """The very address of a proxy does not help who does not connect from it."""
    answers = [guess_secret(STRANGER, f"192.0.2.{number}, {PROXY}") for number in range(FREE_FAILURES + 1)]
    assert answers == [401] * FREE_FAILURES + [429]
    assert {line["source_ip"] for line in log.lines} == {STRANGER}


@pytest.mark.attack("ATK-287")
@pytest.mark.usefixtures("proxied")
def test_behind_a_proxy_guesses_count_for_whom_the_proxy_saw(guess_secret, log):
    """What the caller wrote stands to the left of that, and changes nothing."""
    answers = [guess_secret(PROXY, f"192.0.2.{number}, {STRANGER}, {PROXY}") for number in range(FREE_FAILURES + 1)]
    assert answers == [401] * FREE_FAILURES + [429]
    assert {line["source_ip"] for line in log.lines} == {STRANGER}
    assert guess_secret(PROXY, "198.51.100.1") == 401
    assert guess_secret(STRANGER) == 429


@pytest.mark.attack("ATK-287")
@pytest.mark.usefixtures("proxied")
def test_what_a_proxy_says_and_cannot_be_read_counts_for_the_proxy(guess_secret):
    answers = [guess_secret(PROXY, f"unknown{number}") for number in range(FREE_FAILURES + 1)]
    assert answers == [401] * FREE_FAILURES + [429]


@pytest.mark.attack("ATK-287")
@pytest.mark.usefixtures("proxied")
def test_the_login_page_counts_for_whom_the_proxy_saw(guess_password):
    assert guess_password(PROXY, "198.51.100.1") == [1]
    assert guess_password(PROXY, "198.51.100.2") == [1, 1]
    assert guess_password(PROXY, "198.51.100.2, 198.51.100.1") == [1, 2]
    assert guess_password("198.51.100.2", "198.51.100.3") == [2, 2]


@pytest.mark.attack("ATK-285")
def test_who_has_an_address_of_ipv6_has_its_64_and_they_count_as_one(guess_secret, log):
    """RFC 4291 §2.5.1; the log keeps the whole address."""
    answers = [guess_secret(f"2001:db8:0:1::{number:x}") for number in range(FREE_FAILURES)]
    assert answers == [401] * FREE_FAILURES
    assert guess_secret("2001:db8:0:1:ffff:ffff:ffff:ffff") == 429
    assert log.lines[-1]["source_ip"] == "2001:db8:0:1:ffff:ffff:ffff:ffff"
    assert guess_secret("2001:db8:0:2::1") == 401


@pytest.mark.attack("ATK-285")
def test_the_login_page_counts_a_64_as_one_too(guess_password):
    assert guess_password("2001:db8:0:1::1") == [1]
    assert guess_password("2001:db8:0:1:ffff::") == [2]
    assert guess_password("2001:db8:0:2::1") == [1, 2]


@pytest.mark.parametrize("connected", [PROXY, STRANGER])
def test_an_authorizer_logs_whom_the_proxy_saw(proxied, log, connected):
    """Of an HTTP API and of a REST API, whose headers keep their case."""
    calls = (
        http_api_call({"authorization": "Bearer x", "x-forwarded-for": "198.51.100.1"}),
        rest_request_call(
            {"Authorization": "Bearer x"},
            several={"Authorization": ["Bearer x"], "X-Forwarded-For": ["192.0.2.1", "198.51.100.1", "10.0.0.2"]},
        ),
    )
    calls[0]["requestContext"]["http"]["sourceIp"] = connected
    calls[1]["requestContext"]["identity"] = {"sourceIp": connected}
    for call in calls:
        proxied.decide(call)
    assert {line["source_ip"] for line in log.lines} == {"198.51.100.1" if connected == PROXY else STRANGER}


@pytest.mark.parametrize("make", [lambda: Endpoint("token", token.token), Authorizer], ids=["token", "authorizer"])
def test_a_function_that_is_told_nonsense_answers_nothing(monkeypatch, make):
    """Not even a part of the list is believed: every invocation fails, which Lambda counts and logs."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
    monkeypatch.setenv("GATELET_TRUSTED_PROXIES", "10.0.0.0/24,10.0.0.1/24")
    function = make()
    for _ in range(2):
        with pytest.raises(ValueError, match="has host bits set"):
            function(http_event("POST", "/oauth2/token", FORM), None)
