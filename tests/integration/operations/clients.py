"""What clients and APIs ask of the server."""

from __future__ import annotations

from typing import Any

from gatelet.handlers.authorizer import CannotDecide
from tests.integration.api_gateway import Answer, basic, http_api_call
from tests.integration.operations.operation import Operation, require_active, require_ended
from tests.integration.registered import LEGACY, PASSWORD, SECRET, SERVICE, WEB
from tests.integration.tokens import claims_of
from tests.integration.visitor import Visitor, redeem


class ClientCredentials(Operation):
    is_cold = True

    def send(self, stack):
        return stack.token(SERVICE, SECRET, grant_type="client_credentials")

    def require_done(self, _stack, answer):
        assert claims_of(answer.json["access_token"])["sub"] == "c_service"


class Password(Operation):
    def send(self, stack):
        return stack.token(LEGACY, SECRET, grant_type="password", username="alice", password=PASSWORD)

    def require_done(self, stack, answer):
        require_active(stack, answer)


class Redemption(Operation):
    """A code is the exception to I7: repeated after an answer that was lost, it ends the grant."""

    def prepare(self, stack):
        self.code = Visitor(stack).code(WEB)

    def send(self, stack):
        return redeem(stack, WEB, self.code)

    def require_done(self, stack, answer):
        if answer.status == 400:
            require_ended(stack)
            return
        require_active(stack, answer)

    def answers_to_repetition(self, stack):
        return (200,) if stack.grant()["status"] == {"S": "pending"} else (400,)


class OfTokens(Operation):
    """What is done with the tokens of alice."""

    def prepare(self, stack):
        self.tokens: dict[str, Any] = redeem(stack, WEB, Visitor(stack).code(WEB)).json


class Refresh(OfTokens):
    more: dict[str, str] = {}  # noqa: RUF012 - never changed

    def prepare(self, stack):
        super().prepare(stack)
        self.successor: str | None = None

    def send(self, stack):
        return stack.refresh(WEB, SECRET, self.tokens["refresh_token"], **self.more)

    def require_done(self, stack, answer):
        self.successor = self.successor or answer.json["refresh_token"]
        assert answer.json["refresh_token"] == self.successor
        assert stack.grant()["generation"] == {"N": "1"}
        require_active(stack, answer)


class NarrowedRefresh(Refresh):
    more = {"scope": "orders:read"}  # noqa: RUF012


class HonestRetry(Refresh):
    def prepare(self, stack):
        super().prepare(stack)
        self.successor = self.send(stack).json["refresh_token"]


class Reuse(OfTokens):
    answers = (400,)

    def prepare(self, stack):
        super().prepare(stack)
        self.send(stack)
        stack.clock.advance(31)

    def send(self, stack):
        return stack.refresh(WEB, SECRET, self.tokens["refresh_token"])

    def require_done(self, stack, _answer):
        require_ended(stack)


class RefreshTokenRevocation(OfTokens):
    def send(self, stack):
        return stack.revoke(WEB, SECRET, token=self.tokens["refresh_token"])

    def require_done(self, stack, _answer):
        require_ended(stack)


class AccessTokenRevocation(OfTokens):
    def send(self, stack):
        return stack.revoke(WEB, SECRET, token=self.tokens["access_token"])

    def require_done(self, stack, _answer):
        assert ("token", claims_of(self.tokens["access_token"])["jti"]) in stack.events()
        assert stack.grant()["status"] == {"S": "active"}


class Introspection(OfTokens):
    """Of the access token, by the client of its API."""

    is_cold = True
    by, kind = SERVICE, "access_token"

    def send(self, stack):
        headers = basic(self.by.client_id, SECRET)
        return stack.request("/oauth2/introspect", form={"token": self.tokens[self.kind]}, headers=headers)

    def require_done(self, _stack, answer):
        assert answer.json["active"] is True


class RefreshTokenIntrospection(Introspection):
    by, kind = WEB, "refresh_token"


class UserInfo(OfTokens):
    is_cold = True

    def send(self, stack):
        headers = {"authorization": f"Bearer {self.tokens['access_token']}"}
        return stack.request("/oauth2/userinfo", method="GET", headers=headers)

    def require_done(self, _stack, answer):
        assert answer.json["sub"] == "u_alice"


class Authorizer(OfTokens):
    """As API Gateway sees it: raising is a 500, a refusal a 403."""

    is_cold = True

    def send(self, stack):
        event = http_api_call({"authorization": f"Bearer {self.tokens['access_token']}"})
        try:
            allowed = stack.decide(event)["isAuthorized"]
        except CannotDecide:
            return Answer({"statusCode": 500, "headers": {}, "body": "{}"})
        return Answer({"statusCode": 200 if allowed else 403, "headers": {}, "body": "{}"})

    def require_done(self, stack, _answer):
        """Look nowhere else: it has no effect but its answer."""


class KeySet(Operation):
    is_cold = True

    def send(self, stack):
        return stack.request("/.well-known/jwks.json", method="GET")

    def require_done(self, _stack, answer):
        assert len(answer.json["keys"]) == 2
