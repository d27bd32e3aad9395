"""No secret ends up in a log line, a metric, a table, a page or an exception. OWASP ASVS V16.2.5

What is done, with what, and where it is looked for stands in tests/integration/canaries/.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from gatelet.aws.http_answer import Answer
from gatelet.handlers.audit_event import Event
from tests.integration.aws_wire import answer_lost, answers, from_, throttled, unreachable
from tests.integration.canaries.canary import find
from tests.integration.canaries.everything import do_everything, prepare, use_up
from tests.integration.canaries.evidence import EXCEPTIONS, OUTPUT, Raised, told
from tests.integration.canaries.scene import PASSWORD, SECRET, Scene

if TYPE_CHECKING:
    from tests.integration.aws_wire import Send


def refused_in_our_words(_send: Send) -> Answer:
    """AWS refuses, and repeats what it should not know."""
    told = json.dumps({"__type": f"com.amazonaws#{SECRET}", "message": PASSWORD})
    return Answer(400, {}, told.encode())


def broken_off(send: Send) -> Answer:
    """Let the answer break off before its end."""
    whole = send()
    return Answer(whole.status, {}, whole.body[:-20])


def crashed(_send: Send) -> Answer:
    """Fail with a text that holds all that it should not."""
    raise RuntimeError(SECRET, PASSWORD)


@pytest.fixture
def scene(deployment) -> Scene:
    """Return a stack whose every secret is looked for."""
    return Scene(deployment)


@pytest.fixture
def canaries(tokens, secret, password) -> list[str]:
    """Return what must show nowhere: whole, and as parts that would do."""
    refresh = tokens["refresh_token"]
    grant_secret = base64.urlsafe_b64decode(refresh[4:])[4:20]
    return [secret, password, tokens["access_token"], refresh, refresh[-40:], grant_secret.hex()]


@pytest.mark.attack("ATK-361")
@pytest.mark.attack("ATK-365")
@pytest.mark.clause("RFC6749-10.3-1", "RFC6749-10.4-1", "RFC9700-4.9.3-1", "OIDC-16.4-1")
def test_after_everything_no_secret_is_left_anywhere(scene, log, capsys, monkeypatch):
    """I6: no secret at rest in clear, and none in what people read."""
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "DEBUG")
    capsys.readouterr()
    with Raised() as raised:
        do_everything(scene)

    places = told(scene.stack, log, capsys, raised.texts)
    events = {event for line in log.lines for event in line.get("events", [])}
    assert set(Event) - events == {Event.KEY_CREATED, Event.REQUEST_THROTTLED}  # of the first minute, and of a flood
    assert {answer.status for answer in scene.stack.answers} == {200, 303, 400, 401, 403, 404, 405, 429}
    assert [place for place, text in places.items() if not text] == [OUTPUT]
    assert find(scene.canaries, places) == []


@pytest.mark.attack("ATK-361")
@pytest.mark.parametrize(
    "fault",
    [
        throttled,
        unreachable,
        answer_lost,
        answers(400, "AccessDeniedException"),
        refused_in_our_words,
        broken_off,
        crashed,
    ],
)
@pytest.mark.parametrize("position", [0, 3])
def test_in_an_outage_no_secret_is_told_either(scene, log, capsys, fault, position):
    """Whatever fails, in whatever words, from the first call of cold containers on or a few calls later."""
    ready = prepare(scene)
    scene.stack.restart()
    scene.stack.wire.clear()
    scene.stack.wire.fail(fault, from_(position))
    with Raised() as raised:
        use_up(scene, ready)

    scene.stack.wire.clear()
    scene.keep_keys()
    assert {answer.status for answer in scene.stack.answers} & {500, 503}
    places = told(scene.stack, log, capsys, raised.texts)
    if fault in {crashed, refused_in_our_words}:
        del places[EXCEPTIONS]  # the fault's own text is there, and goes no further
    assert find(scene.canaries, places) == []


@pytest.mark.attack("ATK-361")
def test_where_time_is_up_no_secret_is_told_either(scene, log, capsys):
    ready = prepare(scene)
    scene.stack.change_settings(deadline=0.0)
    with Raised() as raised:
        use_up(scene, ready)

    assert 503 in {answer.status for answer in scene.stack.answers}
    assert find(scene.canaries, told(scene.stack, log, capsys, raised.texts)) == []


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
