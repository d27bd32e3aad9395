"""Limits on client authentication, introspection and revocation. RFC 6819 §5.1.4.2.3, RFC 6585 §4"""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from gatelet.aws.allowance import LEASE, PER_MINUTE
from gatelet.handlers import introspect, revoke, token
from gatelet.oauth.client_authentication import FREE_FAILURES
from tests.integration.api_gateway import FORM, Answer, basic, http_event
from tests.integration.aws_wire import throttled, to

GRANT = {"grant_type": "client_credentials"}
FORGED = {"token": "gr1_forged"}


@pytest.fixture
def ask(deployment, service):
    """Ask the token endpoint with a secret, from an address."""

    def ask(
        secret: str, *, address: str = "203.0.113.7", client_id: str = service.client_id, container: str = "token"
    ) -> Answer:
        headers = {**FORM, **basic(client_id, secret)}
        event = http_event("POST", "/oauth2/token", headers, body=urlencode(GRANT).encode())
        event["requestContext"]["http"]["sourceIp"] = address
        return Answer(token.handler.respond(event, deployment.server(container)))

    return ask


@pytest.mark.attack("ATK-135")
@pytest.mark.clause("RFC6749-2.3.1-4", "RFC6749-10.10-1")
class TestGuessingAClientSecret:
    def test_after_ten_in_an_hour_it_has_to_wait(self, ask):
        assert {ask("wrong").status for _ in range(FREE_FAILURES)} == {401}
        slowed = ask("wrong")
        assert (slowed.error, slowed.headers["retry-after"]) == ((429, "temporarily_unavailable"), "1")

    def test_the_delay_grows_to_a_minute_and_no_further(self, ask, clock):
        waits = []
        for _ in range(60):
            answer = ask("wrong")
            if answer.status == 429:
                waits.append(int(answer.headers["retry-after"]))
                clock.advance(waits[-1])
        assert waits == sorted(waits)
        assert waits[-1] == 60

    def test_a_right_secret_never_waits_and_costs_no_call(self, ask, secret, wire):
        """A stranger cannot lock a client out."""
        ask(secret)
        while ask("wrong").status != 429:
            pass
        wire.clear()
        assert ask(secret).status == 200
        assert wire.names == []

    def test_another_address_is_not_slowed_down(self, ask):
        while ask("wrong").status != 429:
            pass
        assert ask("wrong", address="198.51.100.1").status == 401

    def test_guesses_in_many_containers_are_counted_together(self, ask):
        answers = [ask("wrong", container=f"token {number}").status for number in range(FREE_FAILURES + 1)]
        assert answers[-1] == 429

    def test_an_unknown_client_is_slowed_down_in_the_same_way(self, ask):
        """Else the answer would tell which clients there are."""
        unknown = [ask("wrong", client_id="c_unknown").status for _ in range(FREE_FAILURES + 1)]
        assert unknown == [ask("wrong").status for _ in range(FREE_FAILURES + 1)]

    def test_a_wrong_secret_stays_wrong_where_it_cannot_be_counted(self, ask, wire):
        wire.fail(throttled, to("limits"))
        assert ask("wrong").error == (401, "invalid_client")

    def test_a_request_without_a_secret_guesses_nothing(self, deployment, service, wire):
        deployment.token(service, **GRANT)
        wire.clear()
        assert deployment.token(service, **GRANT).status == 401
        assert wire.names == []

    @pytest.mark.parametrize("path", ["/oauth2/revoke", "/oauth2/introspect", "/oauth2/refresh"])
    def test_every_door_counts(self, deployment, service, path):
        form = {**FORGED, "refresh_token": "gr1_forged"}
        statuses = [
            deployment.request(path, form=form, headers=basic(service.client_id, "wrong")).status
            for _ in range(FREE_FAILURES + 1)
        ]
        assert statuses == [401] * FREE_FAILURES + [429]

    def test_the_counter_holds_neither_secret_nor_address_and_ends_by_itself(self, ask, deployment, clock):
        ask("a-guess")
        (item,) = deployment.items("limits")
        assert "a-guess" not in str(item)
        assert "203.0.113.7" not in str(item)
        assert int(item["ttl"]["N"]) > clock.time


@pytest.fixture(params=["revoke", "introspect"])
def flood(request, deployment, service, secret):
    """Ask about a forged token, or revoke it, so often in one container."""
    handler = {"revoke": revoke.handler, "introspect": introspect.handler}[request.param]
    path = f"/oauth2/{request.param}"
    event = http_event("POST", path, {**FORM, **basic(service.client_id, secret)}, body=urlencode(FORGED).encode())

    def flood(times: int, container: str = "container") -> list[Answer]:
        server = deployment.server(container)
        return [Answer(handler.respond(event, server)) for _ in range(times)]

    return flood


@pytest.mark.attack("ATK-198")
@pytest.mark.attack("ATK-207")
@pytest.mark.clause("RFC7009-5-1")
class TestFloodOfOneClient:
    def test_a_client_has_its_requests_of_a_minute_and_then_waits(self, flood, clock):
        clock.advance(-clock.time % 60 + 20)
        answers = flood(LEASE + PER_MINUTE + 1)
        assert {answer.status for answer in answers[:-1]} == {200}
        assert answers[-1].error == (429, "temporarily_unavailable")
        assert answers[-1].headers["retry-after"] == "40"
        clock.advance(40)
        assert flood(1)[0].status == 200

    def test_all_containers_give_from_one_store(self, flood, clock):
        clock.advance(-clock.time % 60)
        for number in range(PER_MINUTE // LEASE):
            flood(2 * LEASE, f"container {number}")
        answers = flood(LEASE + 1, "another")
        assert [answer.status for answer in answers].count(429) == 1

    def test_who_asks_little_costs_no_call_and_a_flood_one_in_fifty(self, flood, wire, clock):
        clock.advance(-clock.time % 60)
        flood(1)
        wire.clear()
        flood(LEASE - 1)
        assert wire.names == []
        flood(LEASE)
        assert wire.names == ["UpdateItem limits"]

    def test_an_unreachable_table_stops_nobody_from_revoking_or_asking(self, flood, wire):
        wire.fail(throttled, to("limits"))
        assert {answer.status for answer in flood(LEASE + 2)} == {200}


def test_what_is_a_token_of_the_clients_may_be_asked_about_without_end(deployment, legacy, secret, tokens, clock):
    """Only a scan is limited: an answer that is active counts for nothing."""
    clock.advance(1)
    for _ in range(LEASE + 1):
        form = {"token": tokens["refresh_token"]}
        answer = deployment.request("/oauth2/introspect", form=form, headers=basic(legacy.client_id, secret))
        assert answer.json["active"] is True
    assert deployment.items("limits") == [] or all("INTROSPECTIONS" not in str(i) for i in deployment.items("limits"))
