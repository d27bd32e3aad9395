"""What the authorizer makes of an event, and of what it has found: its answer, its line, and where there is none."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from gatelet.aws.settings import Settings
from gatelet.aws.table import Table
from gatelet.handlers.authorizer import Authorizer, CannotDecide, handler
from gatelet.handlers.protected_api import ProtectedApi
from gatelet.oauth.jwk import public_jwk
from tests.integration.api_gateway import METHOD_ARN, http_api_call, rest_request_call, rest_token_call
from tests.unit.in_memory import DynamoDB
from tests.unit.tokens import ABSENT, AUDIENCE, ISSUER, KEYS, NOW, claims, signed

ROUTES = {
    "GET /orders": {"scope": "orders:read"},
    "POST /orders": {"scope": "orders:write"},
    "DELETE /orders": {"scope": "orders:admin"},
    "*": {"scope": "orders:read"},
}
SETTINGS = Settings(
    issuer=ISSUER, audience=AUDIENCE, keys_table="keys", feed_table="feed", routes=json.dumps(ROUTES), deadline=2.0
)
TOKEN = signed()
BEARER = f"Bearer {TOKEN}"
READ_ONLY = f"Bearer {signed(claims(scope='orders:read'))}"
USERLESS = {
    "sub": "c_app",
    "scope": "orders:read",
    **dict.fromkeys(("gid", "auth_time", "acr", "roles"), ABSENT),
}
CONTEXT = {
    "sub": "u_alice",
    "client_id": "c_app",
    "scope": "orders:read orders:write",
    "jti": "jti-1",
    "gid": "grant-1",
    "roles": "clerk packer",
    "auth_time": str(NOW - 60),
    "acr": "1",
}
DENIED = {
    "principalId": "unknown",
    "policyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": METHOD_ARN}],
    },
    "context": {},
}
STRANGER, PROXY, CLIENT = "203.0.113.7", "10.0.0.1", "198.51.100.1"


@pytest.fixture
def database():
    """Return the tables, with our keys published."""
    made = DynamoDB()
    jwks = json.dumps([public_jwk(key.material, alg) for alg, key in KEYS.items()])
    keys = Table(made, "keys")  # type: ignore[arg-type]
    keys.put({"pk": "KEYS", "sk": "signing", "version": 1, "rotation": "r", "jwks": jwks})
    made.start_request()
    return made


@pytest.fixture
def guard(database):
    """Return the protected API with these settings changed."""

    def guard(**changes):
        return ProtectedApi(SETTINGS._replace(**changes), clock=lambda: NOW + 0.5, connect=lambda **_: database)

    return guard


@pytest.fixture
def decide(guard):
    """Return the answer to an event."""
    api = guard()
    return lambda event: handler.decide(event, api)


@pytest.fixture
def line(capsys):
    """Return the one line that was written since it was last asked for, without what differs each time."""

    def line():
        (text,) = capsys.readouterr().out.splitlines()
        members = json.loads(text)
        for name in ("_aws", "timestamp", "service", "duration_ms"):
            del members[name]
        return members

    return line


def http_api(authorization, route_key="GET /orders"):
    return http_api_call({"authorization": authorization}, route_key)


def allowed(answer):
    """Tell what an answer of either kind says."""
    if "isAuthorized" in answer:
        return answer["isAuthorized"]
    (statement,) = answer["policyDocument"]["Statement"]
    return {"Allow": True, "Deny": False}[statement["Effect"]]


class TestAnswer:
    def test_an_http_api_is_told_who_calls_and_all_of_it_in_strings(self, decide):
        token = signed(claims(roles=["clerk", "packer"]))
        assert decide(http_api(f"Bearer {token}")) == {"isAuthorized": True, "context": CONTEXT}

    def test_of_a_client_without_a_user_there_is_less_to_tell(self, decide):
        answer = decide(http_api(f"Bearer {signed(claims(**USERLESS))}"))
        assert answer["context"] == {"sub": "c_app", "client_id": "c_app", "scope": "orders:read", "jti": "jti-1"}

    @pytest.mark.attack("ATK-056")
    @pytest.mark.parametrize(
        "authorization",
        [None, "", "Bearer x", f"Basic {TOKEN}", f"{BEARER}x"],
        ids=["none", "empty", "no token", "another scheme", "another signature"],
    )
    def test_an_http_api_is_told_of_a_refusal_nothing_more(self, decide, authorization):
        headers = {} if authorization is None else {"authorization": authorization}
        assert decide(http_api_call(headers)) == {"isAuthorized": False}

    @pytest.mark.parametrize("event", [rest_token_call(BEARER), rest_request_call({"Authorization": BEARER})])
    def test_a_rest_api_is_told_who_may_call_this_very_method(self, decide, event):
        answer = decide(event)

        assert answer.pop("context") == {**CONTEXT, "roles": "clerk"}
        statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": METHOD_ARN}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        assert answer == {"principalId": "u_alice", "policyDocument": policy}

    @pytest.mark.parametrize("event", [rest_token_call("Bearer x"), rest_request_call({"Authorization": "Bearer x"})])
    def test_a_rest_api_is_told_of_a_refusal_and_of_nobody(self, decide, event):
        assert decide(event) == DENIED


class TestRoute:
    def test_an_http_api_names_its_route(self, decide):
        decisions = [allowed(decide(http_api(READ_ONLY, route))) for route in ("GET /orders", "POST /orders")]
        assert decisions == [True, False]

    @pytest.mark.attack("ATK-060")
    def test_a_rest_api_names_method_and_resource(self, decide):
        """The resource as it was configured, not the path as it was asked for."""
        event = rest_request_call({"Authorization": READ_ONLY})
        assert allowed(decide({**event, "path": "/other"}))
        assert not allowed(decide({**event, "httpMethod": "POST"}))
        assert not allowed(decide({**event, "resource": "/other"}))

    def test_a_token_authorizer_sees_no_route_and_asks_for_one_scope(self, decide):
        assert allowed(decide(rest_token_call(READ_ONLY)))
        assert not allowed(decide(rest_token_call(f"Bearer {signed(claims(scope='orders:write'))}")))

    def test_a_request_authorizer_does_not_open_what_a_token_authorizer_does(self, decide):
        assert not allowed(decide(rest_request_call({"Authorization": READ_ONLY}, method="DELETE")))


class TestHeader:
    """Field names are compared without regard to case. RFC 9110 §5.1"""

    @pytest.mark.parametrize("name", ["authorization", "Authorization", "AUTHORIZATION"])
    def test_it_is_found_in_any_spelling(self, decide, name):
        event = rest_request_call({name: BEARER})
        assert allowed(decide(http_api_call({"host": "api.example", name: BEARER})))
        assert allowed(decide({**event, "headers": None}))
        assert allowed(decide({**event, "multiValueHeaders": None}))

    @pytest.mark.attack("ATK-059")
    @pytest.mark.parametrize("name", ["x-attacker-id", "proxy-authorization", "x-authorization", "authorisation"])
    def test_no_other_header_counts(self, decide, name):
        """Nor does one of the same length."""
        for good in (True, False):
            headers = {name: BEARER, "authorization": BEARER} if good else {name: BEARER}
            assert allowed(decide(http_api_call(headers))) is good
            assert allowed(decide(rest_request_call(headers))) is good

    @pytest.mark.attack("ATK-005")
    @pytest.mark.parametrize("several", [[BEARER, "Bearer x"], ["Bearer x", BEARER], [BEARER, BEARER], ["", BEARER]])
    def test_two_are_none(self, decide, several):
        """API Gateway shows the last one alone in `headers`. RFC 9110 §5.3"""
        event = rest_request_call({"Authorization": BEARER}, several={"Authorization": several})
        assert decide(event) == DENIED
        names = dict(zip(("Authorization", "authorization"), ([each] for each in several), strict=True))
        assert decide({**event, "multiValueHeaders": names}) == DENIED

    @pytest.mark.parametrize("nothing", [None, {}])
    def test_without_any_header_there_is_no_token(self, decide, nothing):
        assert decide({**rest_request_call({}), "headers": nothing, "multiValueHeaders": nothing}) == DENIED
        assert decide({**http_api(BEARER), "headers": nothing}) == {"isAuthorized": False}

    def test_a_token_authorizer_is_handed_the_header_alone(self, decide):
        assert decide({"type": "TOKEN", "methodArn": METHOD_ARN, "headers": {"authorization": BEARER}}) == DENIED


class TestLine:
    """What an operator learns of each decision. NIST SP 800-92"""

    def test_a_call_that_is_allowed_says_whose_it_was(self, decide, line):
        decide(http_api(BEARER))

        assert line() == {
            "level": "INFO",
            "message": "authorizer",
            "operation": "authorizer",
            "outcome": "succeeded",
            "Succeeded": 1,
            "status": 200,
            "route": "GET /orders",
            "sub": "u_alice",
            "client_id": "c_app",
            "gid": "grant-1",
            "jti": "jti-1",
        }

    def test_a_refusal_says_why_and_where_it_came_from(self, decide, line):
        decide(http_api("Bearer x"))

        written = line()
        assert written.pop("detail")
        assert written == {
            "level": "INFO",
            "message": "authorizer",
            "operation": "authorizer",
            "outcome": "refused",
            "Refused": 1,
            "status": 401,
            "error": "invalid_token",
            "events": ["access.refused"],
            "route": "GET /orders",
            "source_ip": STRANGER,
        }

    def test_a_refusal_of_a_good_token_says_whose_it_was(self, decide, line):
        """RFC 6750 §3.1: the token is good and does not reach this far."""
        decide(http_api(BEARER, "DELETE /orders"))

        written = line()
        assert (written["status"], written["error"]) == (403, "insufficient_scope")
        named = {name: written[name] for name in ("sub", "client_id", "gid", "jti")}
        assert named == {"sub": "u_alice", "client_id": "c_app", "gid": "grant-1", "jti": "jti-1"}

    @pytest.mark.parametrize("authorization", [BEARER, "Bearer x"], ids=["allowed", "refused"])
    def test_lambdas_own_name_for_the_invocation_is_in_it(self, guard, line, authorization):
        handler.decide(http_api(authorization), guard(), SimpleNamespace(aws_request_id="4b2c-11"))

        assert line()["function_request_id"] == "4b2c-11"

    @pytest.mark.parametrize(
        "authorization",
        [BEARER, f"{BEARER}x", f"Basic {TOKEN}", f"Bearer {TOKEN} {TOKEN}"],
        ids=["good", "another signature", "another scheme", "two"],
    )
    def test_no_token_is_in_it(self, decide, capsys, authorization):
        decide(http_api(authorization, "POST /orders"))

        assert TOKEN[-40:] not in capsys.readouterr().out


class TestSourceAddress:
    """Where a refused call came from. RFC 7239 §8.1"""

    @pytest.fixture
    def source(self, guard, line):
        """Return what the line of a refusal says of an event."""

        def source(event, *networks):
            assert not allowed(handler.decide(event, guard(trusted_proxies=networks)))
            return line().get("source_ip")

        return source

    def calls(self, connected, *forwarded):
        """Yield an event of each kind of API that knows an address; another header of the caller's names one too."""
        headers = {"x-forwarded-for": ",".join(forwarded)} if forwarded else {}
        event = http_api_call({**headers, "x-real-ip": "192.0.2.9"})
        event["requestContext"]["http"]["sourceIp"] = connected
        yield event
        several = {**({"X-Forwarded-For": list(forwarded)} if forwarded else {}), "X-Real-Ip": ["192.0.2.9"]}
        event = rest_request_call({"X-Real-Ip": "192.0.2.9"}, several=several)
        yield {**event, "requestContext": {"identity": {"sourceIp": connected}}}

    def test_it_is_the_one_that_connected(self, source):
        assert [source(event) for event in self.calls(STRANGER)] == [STRANGER] * 2

    @pytest.mark.attack("ATK-287")
    def test_no_header_changes_that_without_a_trusted_proxy(self, source):
        assert [source(event) for event in self.calls(PROXY, CLIENT)] == [PROXY] * 2
        assert [source(event, "192.0.2.0/24") for event in self.calls(PROXY, CLIENT)] == [PROXY] * 2

    def test_a_trusted_proxy_says_whom_it_saw(self, source):
        """The last of several lines is the proxy's own."""
        for forwarded in ((CLIENT,), ("192.0.2.1", CLIENT), ("192.0.2.1", CLIENT, "10.0.0.2")):
            assert [source(event, "10.0.0.0/24") for event in self.calls(PROXY, *forwarded)] == [CLIENT] * 2

    def test_a_proxy_that_says_nothing_is_the_source(self, source):
        for event in self.calls(PROXY):
            assert source(event, "10.0.0.0/24") == PROXY
            assert source({**event, "headers": None, "multiValueHeaders": None}, "10.0.0.0/24") == PROXY

    @pytest.mark.parametrize("networks", [(), ("10.0.0.0/24",)])
    def test_an_event_that_names_none_is_decided_all_the_same(self, source, networks):
        http, rest = self.calls(STRANGER)
        for event in (
            rest_token_call(""),
            {**http, "requestContext": None},
            {**http, "requestContext": {"http": None}},
            {**http, "requestContext": {"http": {}}},
            {**rest, "requestContext": {}},
            {**rest, "requestContext": {"identity": None}},
        ):
            assert source(event, *networks) is None


class TestUndecided:
    """API Gateway answers 500 to an exception, and does not call the API."""

    @pytest.mark.attack("ATK-053")
    @pytest.mark.parametrize(
        "event", [http_api(BEARER), rest_token_call(BEARER), rest_request_call({"Authorization": BEARER})]
    )
    def test_an_outage_is_never_told_as_a_bad_token(self, database, decide, line, event):
        database.reachable = False

        with pytest.raises(CannotDecide) as raised:
            decide(event)

        assert (str(raised.value), raised.value.__cause__, raised.value.__suppress_context__) == ("", None, True)
        written = line()
        assert written.pop("route") in ROUTES
        assert written == {
            "level": "ERROR",
            "message": "authorizer",
            "operation": "authorizer",
            "outcome": "failed",
            "Failed": 1,
            "status": 500,
            "error": "TemporarilyUnavailable",
        }

    @pytest.mark.parametrize(
        "event",
        [
            {},
            {"version": "1.0", "routeKey": "GET /orders", "headers": {"authorization": BEARER}},
            {"version": "2.0", "headers": {"authorization": BEARER}},
            {"type": "REQUEST", "resource": "/orders", "headers": {"authorization": BEARER}},
            {"type": "REQUEST", "httpMethod": "GET", "headers": {"authorization": BEARER}},
        ],
    )
    def test_an_event_of_another_kind_is_no_decision(self, decide, line, event):
        with pytest.raises(CannotDecide):
            decide(event)
        assert line()["error"] == "KeyError"

    @pytest.mark.parametrize("missing", ["issuer", "audience", "routes", "keys_table", "feed_table"])
    def test_a_function_without_its_settings_lets_nobody_in(self, guard, line, missing):
        with pytest.raises(CannotDecide):
            handler.decide(http_api(BEARER), guard(**{missing: None}))
        assert line()["error"] == "SettingMissing"


class TestContainer:
    """What Lambda calls. It does not throttle INIT: what the first request needs is read then."""

    @pytest.fixture
    def start(self, guard):
        """Return a container of which the connection alone is in memory."""
        return type("Container", (Authorizer,), {"_api": guard()})

    def test_the_first_call_finds_keys_and_feed_read(self, start, database, monkeypatch):
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
        database.calls = database.most_calls
        container = start()
        assert database.calls > 1

        assert allowed(container(http_api(BEARER), None))
        assert database.calls == 0

    def test_elsewhere_nothing_is_read(self, start, database, monkeypatch):
        monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)
        start()
        assert database.calls == 0

    def test_each_call_has_a_deadline_of_its_own(self, database, decide):
        assert allowed(decide(http_api(BEARER)))
        database.calls = database.most_calls
        decide(http_api(BEARER))
        assert database.calls == 0

    def test_the_environment_says_what_it_guards(self, monkeypatch, line):
        for name, value in SETTINGS.to_environment().items():
            monkeypatch.setenv(name, value)

        answer = Authorizer()(http_api("Bearer x"), SimpleNamespace(aws_request_id="4b2c-11"))

        assert answer == {"isAuthorized": False}
        written = line()
        assert (written["error"], written["function_request_id"]) == ("invalid_token", "4b2c-11")
