"""No secret ends up in a log line, a metric, a table or an exception. OWASP ASVS V16.2.5"""

from __future__ import annotations

import base64
import contextlib
import json
import sys
from typing import TYPE_CHECKING, Any, Self

import pytest

from gatelet.handlers.authorizer import CannotDecide
from tests.integration.api_gateway import basic, http_api_call, rest_token_call
from tests.integration.aws_wire import answer_lost, from_, throttled
from tests.integration.visitor import Page, answer_to_client, redeem, request_for

if TYPE_CHECKING:
    from types import FrameType

TABLES = ("directory", "credentials", "grants", "limits", "keys", "feed")
EVENTS = {
    "access.refused",
    "client_authentication.failed",
    "grant.revoked",
    "refresh_token.reused",
    "sign_in.failed",
    "sign_in.succeeded",
    "token.issued",
    "token.refreshed",
    "token.refused",
    "token.revoked",
}
WRONG_PASSWORD = "canary-wrong-password"
NEW_PASSWORD = "canary-new-password"
WRONG_SECRET = "canary-wrong-client-secret"
SECRET_NAME = "canary-typed-into-the-name"


class Raised:
    """The text of every exception that passes through the functions, caught or not."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __enter__(self) -> Self:
        self._before = sys.gettrace()
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        if "/gatelet/" not in frame.f_code.co_filename:
            return None
        if event == "exception":
            self.texts.append(f"{argument[1]!s} {argument[1]!r} {argument[1].args!r}")
        return self._trace


@pytest.fixture
def canaries(tokens, secret, password) -> list[str]:
    """Return what must show nowhere: whole, and as parts that would do."""
    access, refresh = tokens["access_token"], tokens["refresh_token"]
    grant_secret = base64.urlsafe_b64decode(refresh[4:])[4:20]
    return [
        secret,
        password,
        access,
        access.rpartition(".")[2],
        refresh,
        refresh[4:],
        refresh[-40:],
        grant_secret.hex(),
        base64.urlsafe_b64encode(grant_secret).rstrip(b"=").decode(),
        base64.b64encode(grant_secret).decode(),
        base64.b64encode(f"c_legacy:{secret}".encode()).decode(),
        WRONG_PASSWORD,
        WRONG_SECRET,
        SECRET_NAME,
    ]


@pytest.fixture
def everything(deployment, legacy, browser, service, secret, password, tokens, signed_in, clock):
    """Do all that can be done, right and wrong."""
    access, refresh = tokens["access_token"], tokens["refresh_token"]
    cookie = signed_in(browser).cookies[0].partition(";")[0]

    def everything() -> Any:
        asked = {"origin": "https://app.example", "x-requested-with": "x"}
        form = {"grant_type": "password", "username": "alice"}
        answers = [
            deployment.token(service, secret, grant_type="client_credentials"),
            deployment.token(service, WRONG_SECRET, grant_type="client_credentials"),
            deployment.request(
                "/oauth2/token", form={"client_id": "c_service", "client_secret": secret, "grant_type": "x"}
            ),
            deployment.request(
                "/oauth2/token", form={"grant_type": "client_credentials"}, query=f"client_secret={secret}"
            ),
            deployment.request("/oauth2/token", body=f"client_secret={secret}&client_secret={secret}".encode()),
            deployment.request(
                "/oauth2/token", form={secret: "x", "password": password}, headers=basic("c_legacy", secret)
            ),
            deployment.token(legacy, secret, **form, password=password),
            deployment.token(legacy, secret, **form, password=WRONG_PASSWORD),
            deployment.token(legacy, secret, grant_type="password", username=SECRET_NAME, password=password),
            deployment.token(legacy, secret, grant_type=password, username=password, password=password),
            deployment.token(legacy, secret, grant_type="refresh_token", refresh_token=refresh, scope=refresh),
            deployment.token(legacy, secret, grant_type="refresh_token", refresh_token=refresh, resource=access),
            deployment.refresh(legacy, secret, refresh),
            deployment.refresh(legacy, secret, refresh),
            deployment.refresh(legacy, secret, access),
            deployment.refresh(service, secret, refresh),
            deployment.refresh(legacy, secret, refresh[:-1] + "A"),
            deployment.request("/oauth2/refresh", form={"client_id": "c_browser"}, headers=asked, cookies=(cookie,)),
            deployment.request("/oauth2/refresh", form={"client_id": "c_browser"}, cookies=(cookie,)),
            deployment.request(
                "/oauth2/refresh", form={"client_id": "c_legacy", "client_secret": secret, "refresh_token": refresh}
            ),
            deployment.revoke(legacy, secret, token=access),
            deployment.revoke(service, secret, token=refresh),
            deployment.revoke(legacy, WRONG_SECRET, token=refresh),
            deployment.request("/oauth2/revoke", method="GET", query=f"token={refresh}"),
        ]
        clock.advance(31)
        for event in (http_api_call({"authorization": f"Bearer {access}"}), rest_token_call(refresh)):
            with contextlib.suppress(CannotDecide):
                deployment.decide(event)
        answers.append(deployment.refresh(legacy, secret, refresh))
        answers.append(deployment.revoke(legacy, secret, token=refresh))
        return answers

    return everything


@pytest.mark.attack("ATK-361")
@pytest.mark.attack("ATK-365")
@pytest.mark.clause("RFC6749-10.3-1", "RFC6749-10.4-1", "RFC9700-4.9.3-1", "OIDC-16.4-1")
def test_after_everything_no_secret_is_left_anywhere(deployment, everything, canaries, log, capsys, monkeypatch):
    """I6: no secret at rest in clear, and none in what people read."""
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "DEBUG")
    capsys.readouterr()
    with Raised() as raised:
        answers = everything()

    assert {answer.status for answer in answers} == {200, 400, 401, 405}
    assert {event for line in log.lines for event in line.get("events", [])} >= EVENTS
    printed = capsys.readouterr()
    stored = json.dumps([deployment.items(name) for name in TABLES])
    for place, text in {
        "log": log.text,
        "standard output": printed.out + printed.err,
        "tables": stored,
        "exceptions": "\n".join(raised.texts),
        "errors": "".join(answer.body for answer in answers if answer.status >= 400),
    }.items():
        for canary in canaries:
            assert canary not in text, place
    assert len(raised.texts) > 10


@pytest.mark.attack("ATK-361")
def test_what_the_audit_trail_tells_of_a_person_opens_nothing(deployment, visitor, web, password, log):
    """Every event of a browser, with the ids that go with it."""
    login = visitor.follow(visitor.open(request_for(web)))
    visitor.submit(login, username="alice", password=WRONG_PASSWORD)
    visitor.submit(login, username=SECRET_NAME, password=password)
    consent = visitor.sign_in(login)
    allowed = visitor.submit(consent, action="allow")
    code = answer_to_client(allowed)["code"]
    tokens = redeem(deployment, web, code).json
    redeem(deployment, web, code)
    account = visitor.open("/account")
    (form, *_) = Page(account.body).forms
    change = {"token": form.fields["token"], "action": "change_password"}
    visitor.open("/account", form={**change, "current_password": WRONG_PASSWORD, "new_password": NEW_PASSWORD})
    visitor.open("/account", form={**change, "current_password": password, "new_password": NEW_PASSWORD})
    visitor.open("/account", form={**change, "action": "remove_application", "client_id": "c_web"})
    cookies = list(visitor.cookies.values())
    visitor.open("/account", form={**change, "action": "end_all"})
    deployment.token(web, WRONG_SECRET, grant_type="client_credentials")
    deployment.decide(http_api_call({"authorization": f"Bearer {tokens['access_token']}"}))
    deployment.rotate_keys({"action": "rotate", "secret": "signing", "emergency": True})
    deployment.rotate_keys({"action": "revoke_compromised", "secret": "signing"})

    assert {event for line in log.lines for event in line.get("events", [])} == {
        "access.refused",
        "client_authentication.failed",
        "code.issued",
        "code.replayed",
        "consent.given",
        "consent.withdrawn",
        "grant.revoked",
        "key.revoked",
        "key.rotated",
        "password.change_refused",
        "password.changed",
        "session.ended",
        "sign_in.failed",
        "sign_in.succeeded",
        "token.issued",
        "token.refused",
    }
    sealed = [Page(page.body).forms[0].fields["sign_in"] for page in (login, consent)]
    told = [*tokens.values(), code, *cookies, *sealed, form.fields["token"]]
    canaries = [WRONG_PASSWORD, WRONG_SECRET, SECRET_NAME, NEW_PASSWORD, password, *filter(_is_secret, told)]
    assert len(canaries) > 12
    assert not [canary for canary in canaries if canary in log.text]


def _is_secret(text: Any) -> bool:
    return isinstance(text, str) and len(text) > 40


@pytest.mark.attack("ATK-361")
@pytest.mark.parametrize("fault", [throttled, answer_lost])
@pytest.mark.parametrize("position", [1, 4])
def test_in_an_outage_no_secret_is_told_either(deployment, everything, canaries, log, capsys, fault, position):
    deployment.restart()
    deployment.wire.clear()
    deployment.wire.fail(fault, from_(position))
    capsys.readouterr()
    with Raised() as raised:
        answers = everything()

    printed = capsys.readouterr()
    text = log.text + printed.out + printed.err + "\n".join(raised.texts)
    assert any(answer.status == 503 for answer in answers)
    assert not [canary for canary in canaries if canary in text]


@pytest.mark.attack("ATK-361")
def test_a_crash_of_ours_tells_its_place_and_nothing_of_the_request(deployment, legacy, secret, tokens, canaries, log):
    """The text of an unknown exception may hold anything."""
    item = deployment.grant()
    item["scope"] = {"S": tokens["refresh_token"]}
    item["generation"] = {"S": secret}
    deployment.dynamodb.put_item(TableName="grants", Item=item)

    answer = deployment.refresh(legacy, secret, tokens["refresh_token"])

    assert answer.status >= 400
    assert not [canary for canary in canaries if canary in log.text + answer.body]


@pytest.mark.attack("ATK-362")
def test_powertools_cannot_be_told_to_log_whole_events(deployment, legacy, secret, tokens, canaries, log, monkeypatch):
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", "true")
    monkeypatch.setenv("POWERTOOLS_DEV", "true")

    deployment.refresh(legacy, secret, tokens["refresh_token"])
    deployment.authorize(tokens["access_token"])

    assert not [canary for canary in canaries if canary in log.text]
    assert len(log.lines) == 2


@pytest.mark.attack("ATK-365")
@pytest.mark.clause("RFC6749-10.4-1")
def test_of_a_grant_the_table_knows_a_name_that_opens_nothing(deployment, legacy, secret, tokens):
    """I6: its key is a hash of the secret in the token, so that who reads the table can replay nothing."""
    grant = deployment.grant()

    for value in (grant["gid"]["S"], grant["session_id"]["S"], grant["attempt"]["S"]):
        assert deployment.refresh(legacy, secret, value).error == (400, "invalid_grant")
        assert deployment.refresh(legacy, secret, "gr1_" + value).error == (400, "invalid_grant")
        assert value not in tokens["refresh_token"]


@pytest.mark.attack("ATK-137")
@pytest.mark.attack("ATK-365")
@pytest.mark.clause("RFC6749-10.10-3")
def test_passwords_are_stored_as_argon2id(deployment):
    (item,) = deployment.items("credentials")

    assert item["password_hash"]["S"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
