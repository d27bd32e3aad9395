"""The search for secrets finds one that is planted, wherever that is and however it is written."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import sys
from urllib.parse import quote, quote_plus

import pytest

from gatelet.handlers.authorizer import Authorizer
from gatelet.handlers.endpoint import Endpoint
from gatelet.handlers.http import Response
from gatelet.oauth.errors import InvalidGrant
from tests.integration.api_gateway import FORM, Answer, http_event
from tests.integration.canaries import evidence
from tests.integration.canaries.canary import Canary, find
from tests.integration.canaries.evidence import Raised, told
from tests.integration.canaries.scene import NEW_PASSWORD, PASSWORD, SECRET, Scene
from tests.integration.stack import TABLES

CANARY = Canary(name="password", value=PASSWORD, guessable=True)


@pytest.fixture
def scene(deployment) -> Scene:
    """Return a stack in which nothing has happened yet."""
    return Scene(deployment)


@pytest.fixture
def found(scene, log, capsys):
    """Search what has happened, and return where the password is."""

    def found(raised=()):
        places = told(scene.stack, log, capsys, raised)
        return {finding.place for finding in find(scene.canaries, places) if finding.canary == CANARY.name}

    return found


@pytest.fixture
def leak(scene):
    """Send the password to a token endpoint that does with it what it is told to."""

    def leak(do):
        event = http_event("POST", "/oauth2/token", FORM, body=f"password={quote_plus(PASSWORD)}".encode())
        endpoint = Endpoint("token", lambda exchange, _: do(exchange, exchange.request.form()["password"]))
        scene.stack.answers.append(Answer(endpoint.respond(event, scene.stack.server("token"))))

    return leak


def note(exchange, password):
    exchange.observation.note(detail=f"wrong password {password}")
    return Response.json({})


def shout(_exchange, password):
    sys.stderr.write(password)
    return Response.json({})


def refuse(_exchange, password):
    raise InvalidGrant("a sentence of ours", named={"sub": password})


ANSWERS = {
    evidence.LOG: note,
    evidence.ANSWERS: lambda _, password: Response.json({"password": password}),
    evidence.ERRORS: lambda _, password: Response.json({"error_description": password}, status=400),
    evidence.HEADERS: lambda _, password: Response(status=204, headers={"x-debug": quote(password)}),
    evidence.COOKIES: lambda _, password: Response(status=204, cookies=(f"last={quote_plus(password)}",)),
    evidence.REDIRECTS: lambda _, password: Response(
        status=303, headers={"location": "/login?p=" + quote(password, "")}
    ),
    evidence.OUTPUT: shout,
}


def test_where_nothing_leaks_nothing_is_found(leak, found):
    leak(lambda _exchange, _password: Response.json({}))
    assert found() == set()


@pytest.mark.parametrize("place", ANSWERS)
def test_a_leak_of_a_handler_is_found_where_it_is(leak, found, place):
    leak(ANSWERS[place])
    assert found() == {place}


def test_a_leak_in_what_an_error_names_is_found_in_the_log(leak, found):
    leak(refuse)
    assert found() == {evidence.LOG}


def test_a_leak_in_the_text_of_an_exception_is_found_though_it_is_caught(scene, leak, found):
    """By what runs through the functions, not by what comes out of them."""
    assert scene

    def crash(_exchange, password):
        raise RuntimeError("no such item", {"key": password})

    with Raised() as raised:
        leak(crash)
    assert found(raised.texts) == {evidence.EXCEPTIONS}


def test_a_leak_in_a_page_is_found(scene, found):
    """The login page shows again what was typed as the name."""
    visitor = scene.visitor()
    visitor.submit(visitor.open("/account"), username=PASSWORD, password="x")
    assert found() == {evidence.PAGES}


@pytest.mark.parametrize("table", TABLES)
def test_a_leak_in_a_table_is_found(scene, found, table):
    item = {"pk": {"S": "USER#u"}, "sk": {"S": "USER"}, "note": {"L": [{"M": {"typed": {"S": PASSWORD}}}]}}
    scene.stack.dynamodb.put_item(TableName=table, Item=item)
    assert found() == {f"table {table}"}


def test_a_leak_in_a_decision_or_an_answer_to_an_operator_is_found(scene, found, monkeypatch):
    context = {"isAuthorized": True, "context": {"password": PASSWORD}}
    monkeypatch.setattr(Authorizer, "decide", lambda *_: context)
    scene.stack.decide({})
    assert found() == {evidence.DECISIONS}
    scene.stack.rotations.append({"detail": PASSWORD})
    assert found() == {evidence.DECISIONS, evidence.ROTATIONS}


def encoded(before, after=b"&more"):
    return base64.b64encode(before + PASSWORD.encode() + after).decode()


SPELLINGS = {
    "plain": PASSWORD,
    "in an address": f"/{quote(PASSWORD)}",
    "in a query": f"?p={quote(PASSWORD, safe='')}",
    "in a form": f"p={quote_plus(PASSWORD)}&x=y",
    "in JSON": json.dumps({"p": PASSWORD}),
    "in JSON in JSON": json.dumps({"body": json.dumps({"p": PASSWORD})}),
    "in HTML": html.escape(f'<input value="{PASSWORD}">'),
    "as Python shows it": repr([PASSWORD]),
    "as Python shows bytes": repr(PASSWORD.encode()),
    "in hex": PASSWORD.encode().hex(),
    "in base64": encoded(b""),
    "in base64 after one character": encoded(b":"),
    "in base64 after two": encoded(b"a:"),
    "in base64 after a name": encoded(b"c_legacy:"),
    "in base64url": encoded(b"x").translate(str.maketrans("+/", "-_")),
    "as a digest": hashlib.sha256(PASSWORD.encode()).hexdigest(),
    "as a digest in base64": base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode(),  # noqa: S324
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_leak_is_found_however_it_is_written(spelling):
    assert {finding.place for finding in find([CANARY], {"log": f"... {SPELLINGS[spelling]} ..."})} == {"log"}
    assert find([Canary(name="another", value=NEW_PASSWORD, guessable=True)], {"log": SPELLINGS[spelling]}) == []


@pytest.mark.parametrize("part", [SECRET[: len(SECRET) // 2], SECRET[len(SECRET) // 2 :]])
def test_half_of_a_long_secret_is_found_too(part):
    canary = Canary(name="client secret", value=SECRET)
    assert find([canary], {"log": f"secret {part}..."})
    assert not find([canary], {"log": f"secret {part[:8]}..."})


def test_what_must_be_somewhere_is_found_elsewhere_alone():
    canary = Canary(name="code", value="gc1_code", places=frozenset({"redirects"}))
    places = {"redirects": "?code=gc1_code", "log": "gc1_code"}
    assert {finding.place for finding in find([canary], places)} == {"log"}


def test_a_finding_does_not_repeat_the_secret():
    (finding, *_) = find([CANARY], {"log": PASSWORD})
    assert PASSWORD not in str(finding)
