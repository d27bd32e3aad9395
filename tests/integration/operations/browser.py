"""What alice does in her browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.operations.operation import Operation, require_ended
from tests.integration.registered import PASSWORD, WEB
from tests.integration.stage import QUICK
from tests.integration.visitor import Page, Visitor, answer_to_client, is_consent, is_login, redeem, request_for

if TYPE_CHECKING:
    from tests.integration.api_gateway import Answer


class OfBrowser(Operation):
    """What alice does in her browser, which forgets it before she does it again."""

    def prepare(self, stack):
        visitor = Visitor(stack)
        self.page = self.come(visitor)
        self._cookies = visitor.cookies

    def come(self, visitor: Visitor) -> Answer:
        """Come to the page from which the request is sent."""
        return visitor.open(request_for(WEB))

    def send(self, stack):
        self.visitor = Visitor(stack)
        self.visitor.cookies = dict(self._cookies)
        return self.act(self.visitor)

    def act(self, visitor: Visitor) -> Answer:
        """Send the request."""
        return visitor.open(request_for(WEB))


class LoginPage(OfBrowser):
    is_cold = True

    def require_done(self, _stack, answer):
        assert is_login(answer)


class Login(OfBrowser):
    answers = (303,)

    def act(self, visitor):
        return visitor.submit(self.page, username="alice", password=PASSWORD)

    def require_done(self, _stack, answer):
        assert is_consent(self.visitor.follow(answer))


class SecondLogin(Login):
    """The session that the browser had before goes over into the new one, with its grants."""

    def come(self, visitor):
        redeem(visitor.deployment, WEB, visitor.code(WEB))
        return visitor.open(request_for(WEB, prompt="login"))

    def require_done(self, _stack, answer):
        assert "code" in answer_to_client(self.visitor.follow(answer))


class ConsentPage(OfBrowser):
    def come(self, visitor):
        return visitor.sign_in(visitor.open("/account"))

    def require_done(self, _stack, answer):
        assert is_consent(answer)


class Consent(OfBrowser):
    answers = (303,)

    def come(self, visitor):
        return visitor.sign_in(visitor.open(request_for(WEB)))

    def act(self, visitor):
        return visitor.submit(self.page, action="allow")

    def require_done(self, stack, answer):
        assert stack.grant()["status"] == {"S": "pending"}
        assert redeem(stack, WEB, answer_to_client(answer)["code"]).status == 200


class Logout(OfBrowser):
    def come(self, visitor):
        self.id_token = redeem(visitor.deployment, WEB, visitor.code(WEB)).json["id_token"]
        return visitor.open("/oauth2/logout")

    def act(self, visitor):
        return visitor.submit(self.page, action="logout")

    def require_done(self, stack, _answer):
        require_ended(stack)
        elsewhere = Visitor(stack)
        elsewhere.cookies = dict(self._cookies)
        assert is_login(elsewhere.open("/account"))


class LogoutByHint(Logout):
    def act(self, visitor):
        return visitor.open(f"/oauth2/logout?id_token_hint={self.id_token}")


class EndOfEverything(Logout):
    """The button of the account page that signs alice out everywhere."""

    answers = (303,)
    fields: dict[str, str] = {"action": "end_all"}  # noqa: RUF012

    def come(self, visitor):
        super().come(visitor)
        return visitor.open("/account")

    def act(self, visitor):
        return self.press(visitor, self.page)

    def press(self, visitor: Visitor, page: Answer) -> Answer:
        """Press the button on a page of the account."""
        return visitor.open("/account", form={**Page(page.body).forms[0].fields, **self.fields})

    def require_done(self, stack, answer):
        """Where the session has gone already, nothing is left that alice would have to sign in for."""
        assert answer.status == 303 or is_login(answer)
        require_ended(stack)

    def answers_to_repetition(self, _stack):
        return (303, 401)


class RemovalOfApplication(EndOfEverything):
    fields = {"action": "remove_application", "client_id": "c_web"}  # noqa: RUF012

    def require_done(self, stack, _answer):
        require_ended(stack)
        assert is_consent(self.visitor.open(request_for(WEB)))

    def answers_to_repetition(self, _stack):
        return self.answers


class ChangeOfPassword(EndOfEverything):
    fields = {  # noqa: RUF012
        "action": "change_password",
        "current_password": PASSWORD,
        "new_password": PASSWORD * 2,
        "end_others": "on",
    }

    def come(self, visitor):
        elsewhere = Visitor(visitor.deployment)
        redeem(visitor.deployment, WEB, elsewhere.code(WEB))
        visitor.sign_in(visitor.open("/account"))
        return visitor.open("/account")

    def require_done(self, stack, _answer):
        (stored,) = [item["password_hash"]["S"] for item in stack.items("credentials") if "password_hash" in item]
        assert QUICK.matches(stored, PASSWORD * 2)

    def answers_to_repetition(self, _stack):
        """Where it was changed already, what was the present password is a wrong one."""
        return (303, 400)
