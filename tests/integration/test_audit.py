"""Every fact that an audit asks for has its name in the one line of its request. NIST SP 800-92"""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest

from gatelet.handlers.audit_event import Event
from tests.integration.api_gateway import http_api_call, rest_token_call
from tests.integration.aws_wire import from_, throttled, to
from tests.integration.tokens import claims_of
from tests.integration.visitor import ADDRESS, Page, is_consent, redeem, request_for

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "audit.md"
ROTATE = {"action": "rotate", "secret": "signing"}
FIRST_KEYS = {"RequestType": "Create", "StackId": "s", "RequestId": "r", "LogicalResourceId": "l", "ResponseURL": ""}
NEW = "a new and better password"
GUESSES = 5
WRONG_SECRETS = 10


@pytest.fixture
def happened(log):
    """Return the one line that was written since, and its events."""

    def happened() -> tuple[list[str], dict[str, Any]]:
        (line,) = log.lines
        log.clear()
        return line.get("events", []), line

    log.clear()
    return happened


@pytest.fixture
def consenting(visitor, web, log):
    """Return a browser that shows the consent page, and that page."""
    page = visitor.sign_in(visitor.follow(visitor.open(request_for(web))))
    assert is_consent(page)
    log.clear()
    return page


def change(visitor: Any, log: Any, action: str, **fields: str) -> Any:
    """Send one of the forms of the account page, and look at that alone."""
    token = Page(visitor.open("/account").body).forms[0].fields["token"]
    log.clear()
    return visitor.open("/account", form={"token": token, "action": action, **fields})


class TestSignIn:
    def test_a_password_at_the_login_page(self, visitor, happened, log):
        page = visitor.open("/account")
        log.clear()
        visitor.submit(page, username="alice", password="correct horse")
        events, line = happened()
        assert events == ["sign_in.failed"]
        assert (line["sub"], line["source_ip"], line["error"]) == ("u_alice", ADDRESS, "invalid_grant")

    def test_the_right_one(self, visitor, happened, log, deployment, password):
        page = visitor.open("/account")
        log.clear()
        visitor.submit(page, username="alice", password=password)
        events, line = happened()
        assert events == ["sign_in.succeeded"]
        assert line["sub"] == "u_alice"
        assert f"SESSION#{line['session_id']}" in {item["sk"]["S"] for item in deployment.items("grants")}

    def test_a_name_that_nobody_has_is_not_repeated(self, visitor, log):
        visitor.submit(visitor.open("/account"), username="typed-by-mistake", password="x")
        assert log.lines[-1]["events"] == ["sign_in.failed"]
        assert "sub" not in log.lines[-1]
        assert "typed-by-mistake" not in log.text

    def test_a_guess_that_has_to_wait(self, deployment, legacy, secret, log):
        for _ in range(GUESSES + 1):
            deployment.token(legacy, secret, grant_type="password", username="alice", password="wrong")
        *failed, throttled_line = log.lines
        assert [line["events"] for line in failed] == [["sign_in.failed", "token.refused"]] * GUESSES
        assert throttled_line["events"] == ["sign_in.throttled", "token.refused"]
        assert (throttled_line["outcome"], throttled_line["Throttled"]) == ("throttled", 1)

    def test_each_is_counted_as_a_failure_or_none(self, deployment, legacy, secret, sign_in, log):
        """So that an alarm knows how many failed and of how many: the sum of a metric and its average."""
        sign_in()
        log.clear()
        sign_in()
        for _ in range(GUESSES + 1):
            deployment.token(legacy, secret, grant_type="password", username="alice", password="wrong")
        assert [line["SignInFailed"] for line in log.lines] == [0] + [1] * (GUESSES + 1)
        for line in log.lines:
            assert line["_aws"]["CloudWatchMetrics"][1] == {
                "Namespace": "Gatelet",
                "Dimensions": [["service"]],
                "Metrics": [{"Name": "SignInFailed", "Unit": "Count"}],
            }

    def test_the_password_grant_is_a_sign_in_too(self, sign_in, happened):
        sign_in()
        events, line = happened()
        assert events == ["sign_in.succeeded", "token.issued"]
        assert (line["grant_type"], line["sub"], line["client_id"]) == ("password", "u_alice", "c_legacy")

    def test_a_sign_in_that_fails_afterwards_was_one(self, visitor, log, wire, password):
        """The password is known to whoever typed it, whatever became of the session."""
        page = visitor.open("/account")
        log.clear()
        wire.fail(throttled, to("PutItem grants"))
        assert visitor.submit(page, username="alice", password=password).status == 503
        (line,) = log.lines
        assert (line["outcome"], line["events"]) == ("unavailable", ["sign_in.succeeded"])

    def test_an_outage_is_neither(self, deployment, legacy, secret, log, wire):
        wire.fail(throttled, to("UpdateItem limits"))
        deployment.token(legacy, secret, grant_type="password", username="alice", password="wrong")
        assert "events" not in log.lines[-1]


class TestConsent:
    def test_a_yes(self, visitor, consenting, happened):
        visitor.submit(consenting, action="allow")
        events, line = happened()
        assert events == ["consent.given", "code.issued"]
        assert (line["client_id"], line["sub"]) == ("c_web", "u_alice")
        assert set(line["scope"].split()) == {"openid", "orders:read"}

    def test_a_no(self, visitor, consenting, happened):
        visitor.submit(consenting, action="deny")
        events, line = happened()
        assert events == ["consent.denied"]
        assert (line["client_id"], line["sub"]) == ("c_web", "u_alice")

    def test_it_is_taken_back(self, visitor, web, happened, log, deployment):
        visitor.code(web)
        change(visitor, log, "remove_application", client_id="c_web")
        events, line = happened()
        assert set(events) == {"grant.revoked", "consent.withdrawn"}
        assert (line["client_id"], line["sub"]) == ("c_web", "u_alice")
        assert line["revoked_grants"] == [deployment.grant()["gid"]["S"]]

    def test_of_a_client_that_nobody_registered_the_name_is_not_repeated(self, signed_in_visitor, happened, log):
        change(signed_in_visitor, log, "remove_application", client_id="typed-by-mistake")
        assert "typed-by-mistake" not in log.text
        assert happened()[0] == ["consent.withdrawn"]


class TestAccount:
    def test_a_password_is_changed(self, signed_in_visitor, happened, password, log):
        change(signed_in_visitor, log, "change_password", current_password=password, new_password=NEW)
        assert happened()[0] == ["password.changed"]

    def test_the_present_one_was_wrong(self, signed_in_visitor, happened, log):
        change(signed_in_visitor, log, "change_password", current_password="wrong", new_password=NEW)
        events, line = happened()
        assert events == ["password.change_refused"]
        assert line["sub"] == "u_alice"

    def test_every_session_is_ended(self, signed_in_visitor, web, happened, deployment, log):
        signed_in_visitor.code(web)
        sessions = [item["session_id"]["S"] for item in deployment.items("grants") if "SESSION" in item["sk"]["S"]]
        change(signed_in_visitor, log, "end_all")
        events, line = happened()
        assert events == ["grant.revoked", "session.ended"]
        assert line["ended_sessions"] == sessions


class TestTokens:
    def test_a_code_is_exchanged_once(self, deployment, visitor, web, log):
        code = visitor.code(web)
        log.clear()
        redeem(deployment, web, code)
        redeem(deployment, web, code)
        issued, replayed = log.lines
        assert issued["events"] == ["token.issued"]
        assert replayed["events"] == ["grant.revoked", "code.replayed", "token.refused"]
        assert replayed["gid"] == issued["gid"] == replayed["revoked_grants"][0]
        assert replayed["sub"] == "u_alice"

    def test_a_refresh_token_is_exchanged_and_reused(self, deployment, legacy, secret, tokens, clock, log):
        deployment.refresh(legacy, secret, tokens["refresh_token"])
        clock.advance(31)
        deployment.refresh(legacy, secret, tokens["refresh_token"])
        refreshed, reused = log.lines
        assert refreshed["events"] == ["token.refreshed"]
        assert reused["events"] == ["grant.revoked", "refresh_token.reused", "token.refused"]
        assert (reused["gid"], reused["sub"], reused["client_id"]) == (refreshed["gid"], "u_alice", "c_legacy")

    def test_the_browsers_door_refreshes_too(self, deployment, signed_in, browser, happened, log):
        cookie = signed_in(browser).cookies[0].partition(";")[0]
        headers = {"origin": "https://app.example", "x-requested-with": "x"}
        log.clear()
        deployment.request("/oauth2/refresh", form={"client_id": "c_browser"}, headers=headers, cookies=(cookie,))
        events, line = happened()
        assert (events, line["grant_type"]) == (["token.refreshed"], "refresh_token")
        deployment.request("/oauth2/refresh", form={"client_id": "c_browser"})
        assert happened()[0] == ["token.refused"]

    def test_a_machine_gets_one(self, deployment, service, secret, happened):
        deployment.token(service, secret, grant_type="client_credentials")
        events, line = happened()
        assert (events, line["sub"], line["grant_type"]) == (["token.issued"], "c_service", "client_credentials")

    def test_a_refusal_is_one_and_an_outage_is_none(self, deployment, service, secret, log, wire):
        deployment.token(service, secret, grant_type="password", username="x", password="x")
        deployment.restart()
        wire.fail(throttled, from_(1))
        deployment.token(service, secret, grant_type="client_credentials")
        refused, unavailable = log.lines
        assert refused["events"] == ["token.refused"]
        assert (unavailable["outcome"], unavailable.get("events")) == ("unavailable", None)

    def test_a_restored_table_is_noticed(self, deployment, legacy, secret, tokens, clock, log):
        item = deployment.grant()
        first = deployment.refresh(legacy, secret, tokens["refresh_token"]).json
        clock.advance(31)
        second = deployment.refresh(legacy, secret, first["refresh_token"]).json
        deployment.dynamodb.put_item(TableName="grants", Item=item)
        log.clear()
        deployment.refresh(legacy, secret, second["refresh_token"])
        assert log.lines[0]["events"] == ["grant.behind_token", "token.refused"]
        assert log.lines[0]["gid"] == item["gid"]["S"]


class TestRevocation:
    def test_by_a_client(self, deployment, legacy, secret, tokens, log):
        deployment.revoke(legacy, secret, token=tokens["access_token"])
        deployment.revoke(legacy, secret, token=tokens["refresh_token"])
        deployment.revoke(legacy, secret, token="unknown")
        token, grant, nothing = log.lines
        assert token["events"] == ["token.revoked"]
        assert claims_of(tokens["access_token"])["jti"] in token["revoked"]
        assert (grant["events"], grant["sub"]) == (["grant.revoked"], "u_alice")
        assert grant["revoked_grants"] == [deployment.grant()["gid"]["S"]]
        assert "events" not in nothing

    def test_too_many(self, deployment, legacy, secret, log):
        for _ in range(51):
            deployment.revoke(legacy, secret, token="x")
        deployment.dynamodb.update_item(
            TableName="limits",
            Key={name: deployment.items("limits")[0][name] for name in ("pk", "sk")},
            UpdateExpression="SET taken = :most",
            ExpressionAttributeValues={":most": {"N": "600"}},
        )
        for _ in range(50):
            deployment.revoke(legacy, secret, token="x")
        assert log.lines[-1]["events"] == ["request.throttled"]

    def test_what_was_done_before_a_crash_is_in_the_line(self, signed_in_visitor, web, happened, wire, log):
        """The session takes no grant any more, though its grants are still to be ended."""
        signed_in_visitor.code(web)
        page = signed_in_visitor.open("/oauth2/logout")
        log.clear()
        wire.fail(throttled, to("PutItem feed"))
        assert signed_in_visitor.submit(page, action="logout").status == 503
        events, line = happened()
        assert events == ["session.ended"]
        assert (line["outcome"], line["sub"]) == ("unavailable", "u_alice")


class TestClients:
    def test_a_wrong_secret(self, deployment, service, log):
        for _ in range(WRONG_SECRETS + 1):
            deployment.token(service, "wrong", grant_type="client_credentials")
        *failed, waiting = log.lines
        assert {tuple(line["events"]) for line in failed} == {("client_authentication.failed", "token.refused")}
        assert waiting["events"] == ["client_authentication.throttled", "token.refused"]
        assert {line["client_id"] for line in log.lines} == {"c_service"}

    def test_wherever_a_client_authenticates(self, deployment, legacy, happened):
        deployment.revoke(legacy, "wrong", token="x")
        assert happened()[0] == ["client_authentication.failed"]


class TestAccess:
    def test_who_is_let_in_is_no_event(self, deployment, tokens, happened):
        assert deployment.authorize(tokens["access_token"])
        assert happened()[0] == []

    def test_who_is_not_is_one(self, deployment, tokens, log):
        deployment.authorize(tokens["access_token"], "GET /nothing")
        deployment.decide(http_api_call({"authorization": "Bearer x"}))
        deployment.decide(rest_token_call("x"))
        deployment.request("/oauth2/userinfo", headers={"authorization": "Bearer x"})
        forbidden, *unknown = log.lines
        assert [line["events"] for line in log.lines] == [["access.refused"]] * 4
        assert (forbidden["sub"], forbidden["client_id"]) == ("u_alice", "c_legacy")
        assert forbidden["jti"] == claims_of(tokens["access_token"])["jti"]
        assert unknown[0]["source_ip"]
        assert not [line for line in unknown if "sub" in line]


class TestKeys:
    def test_a_rotation_and_its_end_in_an_emergency(self, deployment, clock, log):
        clock.advance(100_000)
        deployment.rotate_keys({"action": "status"})
        deployment.rotate_keys(ROTATE)
        deployment.rotate_keys({**ROTATE, "emergency": True})
        deployment.rotate_keys({"action": "revoke_compromised", "secret": ROTATE["secret"]})
        events = [line.get("events") for line in log.lines]
        assert events == [None, ["key.rotated"], ["key.rotated"], ["key.revoked"]]

    def test_the_schedule_rotates_with_its_last_step(self, deployment, clock, log):
        clock.advance(100_000)
        rotation = {"SecretId": deployment.settings.signing_secret, "ClientRequestToken": str(uuid.uuid4())}
        for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
            deployment.rotate_keys({**rotation, "Step": step})
        assert [line.get("events") for line in log.lines] == [None, None, None, ["key.rotated"]]

    def test_one_that_is_too_early_is_none(self, deployment, log):
        deployment.rotate_keys({**ROTATE, "emergency": True})
        log.clear()
        assert deployment.rotate_keys(ROTATE)["rotated"] is False
        assert "events" not in log.lines[0]

    def test_the_first_ones(self, bare_deployment, log):
        bare_deployment.rotate_keys(FIRST_KEYS)
        assert log.lines[0]["events"] == ["key.created"]


def test_every_name_is_asserted_here():
    """A fact that no test brings about would be missed when it is gone."""
    text = Path(__file__).read_text()
    assert [str(event) for event in Event if f'"{event}"' not in text] == []


def test_every_member_of_a_line_is_explained(deployment, visitor, web, legacy, secret, tokens, log, clock):
    section = DOCUMENT.read_text().partition("## Members\n")[2]
    explained = set(re.findall(r"^\| `([^`]+)`", section, re.MULTILINE))
    redeem(deployment, web, visitor.code(web))
    visitor.submit(visitor.open("/oauth2/logout"), action="logout")
    deployment.refresh(legacy, secret, tokens["refresh_token"])
    clock.advance(31)
    deployment.refresh(legacy, secret, tokens["refresh_token"])
    deployment.revoke(legacy, secret, token="x")
    deployment.authorize(tokens["access_token"])
    deployment.rotate_keys(ROTATE)
    for line in log.lines:
        metrics = {
            metric["Name"]
            for directive in line.get("_aws", {}).get("CloudWatchMetrics", [])
            for metric in directive["Metrics"]
        }
        assert set(line) - metrics - {"_aws"} <= explained
