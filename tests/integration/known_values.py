"""Values that a stack knows, to be put into made-up requests: they lead further than any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.integration.api_gateway import basic
from tests.integration.registered import BROWSER, LEGACY, PASSWORD, SECRET, SERVICE, WEB
from tests.integration.stack import AUDIENCE, MotoState
from tests.integration.visitor import BYE, CALLBACK, VERIFIER, Page, Visitor, challenge, redeem, request_for

if TYPE_CHECKING:
    from schemathesis import Case

    from gatelet.oauth.client import Client
    from tests.integration.deployment import Deployment

    Caller = tuple[dict[str, str], dict[str, str]]

ORIGIN = "https://app.example"
REGISTERED = {
    "username": ["alice"],
    "password": [PASSWORD],
    "code_verifier": [VERIFIER],
    "code_challenge": [challenge(VERIFIER)],
    "code_challenge_method": ["S256"],
    "redirect_uri": [CALLBACK],
    "post_logout_redirect_uri": [BYE],
    "response_type": ["code"],
    "scope": ["orders:read", "openid profile orders:read"],
    "resource": [AUDIENCE],
    "current_password": [PASSWORD],
}
CLIENTS = [
    (WEB, "authorization_code"),
    (WEB, "refresh_token"),
    (SERVICE, "client_credentials"),
    (LEGACY, "password"),
    (BROWSER, "password"),
]
"""Clients, and what they may ask for."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """The values of one request."""

    fields: dict[str, str]
    caller: Caller
    """Who asks where a client is asked for: fields and headers."""
    bearer: dict[str, str]
    cookies: dict[str, str]

    def fill(self, case: Case[Any]) -> None:
        """Put the values where the operation has a place for them."""
        fields, headers = self._asker(case.path)
        fields = {**self.fields, **fields}
        places = {parameter.name for parameter in case.operation.query}
        case.query = {**(case.query or {}), **{name: value for name, value in fields.items() if name in places}}
        if isinstance(case.body, dict):
            case.body = {**case.body, **fields}
        case.headers.update(headers)
        case.cookies.update(self.cookies)

    def _asker(self, path: str) -> Caller:
        fields, headers = self.caller
        match path:
            case "/oauth2/userinfo":
                return {}, self.bearer
            case "/oauth2/authorize":
                return {"client_id": WEB.client_id}, {}
            case "/oauth2/refresh":
                return {**fields, "grant_type": ""}, {"x-requested-with": "fetch", **headers}
            case _:
                return self.caller


class KnownValues:
    """What alice and her clients hold after she signed in; `restore` makes the stack what it was then."""

    def __init__(self, deployment: Deployment) -> None:
        deployment.put_client(WEB)
        alice, stranger = Visitor(deployment), Visitor(deployment)
        code = alice.code(WEB)
        tokens = redeem(deployment, WEB, code).json
        fields = {
            "code": [alice.code(WEB), code],
            "refresh_token": [tokens["refresh_token"]],
            "token": [tokens["access_token"], tokens["refresh_token"], code],
            "access_token": [tokens["access_token"]],
            "id_token_hint": [tokens["id_token"]],
            "sign_in": [_hidden(alice, request_for(WEB, prompt="consent")), _hidden(stranger, request_for(WEB))],
            "logout": [_hidden(alice, "/oauth2/logout")],
            **REGISTERED,
        }
        held = fields["token"]
        fields["token"] = [*held, _hidden(alice, "/account")]
        bearer = [{"authorization": f"Bearer {token}"} for token in held]
        right, any_of_them = (
            st.fixed_dictionaries(_sampled(fields)),
            st.fixed_dictionaries({}, optional=_sampled(fields)),
        )
        jars = st.sampled_from([dict(jar) for jar in (alice.cookies, stranger.cookies, {})])
        self.some = st.builds(
            Known,
            fields=st.one_of(right, right, any_of_them),
            caller=st.sampled_from([*map(_in_header, CLIENTS), *map(_in_form, CLIENTS), ({}, {})]),
            bearer=st.sampled_from([*bearer, {}]),
            cookies=jars,
        )
        self._first = {name: each[0] for name, each in fields.items()}
        self._state = MotoState()

    def of(self, client: tuple[Client, str]) -> Known:
        """Return what leads one client to its tokens."""
        return Known(fields=self._first, caller=_in_form(client), bearer={}, cookies={})

    def restore(self) -> None:
        """Undo what a request has done."""
        self._state.restore()


def _sampled(values: dict[str, list[str]]) -> dict[str, st.SearchStrategy[str]]:
    return {name: st.sampled_from(each) for name, each in values.items()}


def _in_header(client: tuple[Client, str]) -> Caller:
    """Return client_secret_basic; what is empty in the form counts as absent. RFC 6749 §3.2"""
    fields = {"grant_type": client[1], "client_id": "", "client_secret": ""}
    return fields, {"origin": ORIGIN, **basic(client[0].client_id, SECRET)}


def _in_form(client: tuple[Client, str]) -> Caller:
    secret = "" if client[0].is_public else SECRET
    return {"grant_type": client[1], "client_id": client[0].client_id, "client_secret": secret}, {"origin": ORIGIN}


def _hidden(visitor: Visitor, url: str) -> str:
    """Return what the first form of a page holds."""
    return next(value for value in Page(visitor.open(url).body).forms[0].fields.values() if len(value) > len("action"))
