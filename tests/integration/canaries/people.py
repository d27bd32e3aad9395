"""What people do in their browsers: sign in, consent, change the password, sign out, and all of it wrongly too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.api_gateway import basic
from tests.integration.canaries.evidence import PAGES
from tests.integration.canaries.scene import (
    NEW_PASSWORD,
    NONCE,
    PASSWORD,
    SECRET,
    SHORT_PASSWORD,
    STATE,
    TYPED_AS_NAME,
    VERIFIER,
    WRONG_PASSWORD,
    WRONG_VERIFIER,
)
from tests.integration.visitor import BYE, CALLBACK, Page, challenge, request_for

if TYPE_CHECKING:
    from typing import Any

    from tests.integration.api_gateway import Answer
    from tests.integration.canaries.evidence import ObservedVisitor
    from tests.integration.canaries.scene import Scene


def sign_in(scene: Scene, visitor: ObservedVisitor, **asked: str | None) -> str:
    """Go through login and consent, with wrong passwords first, and return the code."""
    page = visitor.open(_request(scene, **asked))
    for name, password in (("alice", WRONG_PASSWORD), (TYPED_AS_NAME, PASSWORD), ("alice", PASSWORD * 60)):
        visitor.submit(_kept(scene, page), username=name, password=password)
    visitor.submit(page, 0, username="alice", password=PASSWORD, action=PASSWORD, **{PASSWORD: PASSWORD})
    consent = visitor.sign_in(page, password=PASSWORD)
    scene.keep_cookies(visitor)
    return scene.code_of(visitor.submit(_kept(scene, consent), action="allow"))


def redeem(scene: Scene, code: str) -> dict[str, Any]:
    """Redeem a code by those who may not, with wrong verifiers, rightly, and return the tokens."""
    for verifier in (WRONG_VERIFIER, VERIFIER[:20], PASSWORD):
        _redeem(scene, code, verifier)
    _redeem(scene, code, VERIFIER, client="legacy")
    _redeem(scene, code[:-1] + ("A" if code[-1] != "A" else "B"), VERIFIER)
    _redeem(scene, code, VERIFIER, redirect_uri=f"{CALLBACK}?code={code}")
    return scene.keep_tokens(_redeem(scene, code, VERIFIER))


def replay(scene: Scene, code: str) -> None:
    """Redeem a code again: without the verifier, and with it."""
    _redeem(scene, code, WRONG_VERIFIER)
    _redeem(scene, code, VERIFIER)


def change_password(scene: Scene, visitor: ObservedVisitor) -> None:
    """Change the password, after wrong and short ones, sign in with the old one and the new one, and put it back."""
    page = _kept(scene, visitor.sign_in(visitor.open("/account"), password=PASSWORD))
    scene.keep_cookies(visitor)
    for current, new in ((WRONG_PASSWORD, NEW_PASSWORD), (PASSWORD, SHORT_PASSWORD), (PASSWORD, NEW_PASSWORD)):
        form = {**Page(page.body).forms[0].fields, "action": "change_password"}
        visitor.open("/account", form={**form, "current_password": current, "new_password": new})
    other = scene.visitor()
    other.sign_in(_kept(scene, other.open("/account")), password=PASSWORD)
    page = other.sign_in(_kept(scene, other.open("/account")), password=NEW_PASSWORD)
    scene.keep_cookies(other)
    form = {**Page(page.body).forms[0].fields, "action": "change_password"}
    other.open("/account", form={**form, "current_password": NEW_PASSWORD, "new_password": PASSWORD})


def change_their_minds(scene: Scene) -> None:
    """Refuse consent, sign in at a page that answers by a form, take a client's access away, end every session."""
    visitor = scene.visitor()
    consent = visitor.sign_in(visitor.open(_request(scene, prompt="consent")), password=PASSWORD)
    visitor.submit(_kept(scene, consent), action="deny")
    page = _kept(scene, visitor.open(_request(scene, prompt="consent", response_mode="form_post")))
    posted = visitor.submit(page, action="allow")
    scene.keep_handle("code in a page", Page(posted.body).forms[0].fields["code"], PAGES)
    account = {**Page(_kept(scene, visitor.open("/account")).body).forms[0].fields}
    for change in (
        {"action": "remove_application", "client_id": SECRET},
        {"action": "end_session", "session_id": SECRET},
    ):
        visitor.open("/account", form={**account, **change})
    visitor.open("/account", form={**account, "action": "remove_application", "client_id": "c_web"})
    visitor.open("/account", form={**account, "action": PASSWORD})
    visitor.open("/account", form={**account, "action": "end_all"})


def use_anothers_form(scene: Scene, visitor: ObservedVisitor) -> None:
    """Send a form that was made for another browser."""
    page = _kept(scene, visitor.open(_request(scene, prompt="login")))
    scene.visitor().submit(page, username="alice", password=PASSWORD)


def put_secrets_in_forms(scene: Scene) -> None:
    """Let secrets stand in forms, headers and cookies where no page wants them."""
    stranger = scene.visitor()
    for path in ("/login", "/consent", "/account", "/oauth2/logout"):
        stranger.open(path, form={"sign_in": PASSWORD, "token": SECRET, "logout": SECRET, "password": PASSWORD})
        stranger.open(path, headers={"authorization": f"Bearer {SECRET}"}, cookies=(f"__Host-session={SECRET}",))


def put_secrets_in_addresses(scene: Scene) -> None:
    """Let secrets stand in the addresses of pages; in an outage the page offers the same address once more."""
    stranger = scene.visitor()
    for path in ("/login", "/consent", "/account", "/oauth2/logout"):
        stranger.open(f"{path}?password={PASSWORD.encode().hex()}")
    for name in ("client_id", "redirect_uri", "scope", "response_type", "prompt"):
        stranger.open(_request(scene, **{name: SECRET, "state": None}))


def sign_out(scene: Scene, visitor: ObservedVisitor, id_token: str) -> None:
    """Sign out by a hint, everywhere, and with hints that are none."""
    visitor.open(f"/oauth2/logout?id_token_hint={id_token[:-2]}AA")
    visitor.open("/oauth2/logout", form={"id_token_hint": id_token, "state": STATE})
    visitor.open(_request(scene, id_token_hint=id_token, prompt="none"))
    _kept(scene, visitor.open("/oauth2/logout"))
    visitor.open(f"/oauth2/logout?id_token_hint={id_token}&post_logout_redirect_uri={BYE}&state={STATE}")


def _request(scene: Scene, **asked: str | None) -> str:
    given = {"state": STATE, "nonce": NONCE, "code_challenge": challenge(VERIFIER), **asked}
    return request_for(scene.client("web"), **given)


def _kept(scene: Scene, page: Answer) -> Answer:
    """Look for what is sealed in the forms of a page: nobody but the browser should have it."""
    for form in Page(page.body).forms:
        for name, value in form.fields.items():
            if name in {"sign_in", "token", "logout"}:
                scene.keep(f"form field {name}", value[-60:], PAGES)
    return page


def _redeem(scene: Scene, code: str, verifier: str, *, client: str = "web", redirect_uri: str = CALLBACK) -> Answer:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    return scene.stack.request("/oauth2/token", form=form, headers=basic(f"c_{client}", SECRET))
