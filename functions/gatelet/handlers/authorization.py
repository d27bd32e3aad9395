"""One authorization request on its way: who is it, may the client, and then the code."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from gatelet.accounts.consent import needs_consent
from gatelet.accounts.listed_grants import make_room
from gatelet.accounts.session import SessionEnded
from gatelet.accounts.sign_in import SignInRefused
from gatelet.handlers.audit_event import Event
from gatelet.handlers.authorization_answer import answer_client
from gatelet.handlers.consent_page import consent_page
from gatelet.handlers.login_page import login_page
from gatelet.oauth.authorization import settle_scope
from gatelet.oauth.errors import ConsentRequired, InvalidGrant, LoginRequired
from gatelet.oauth.grant import CODE_LIFETIME, PENDING, REFRESH_ABSOLUTE, REFRESH_IDLE, Grant, may_refresh
from gatelet.oauth.handle import AUTHORIZATION_CODE, grant_id
from gatelet.oauth.id_token_hint import read_id_token_hint
from gatelet.oauth.issuance import own_resource
from gatelet.oauth.openid import OPENID, SCOPES
from gatelet.oauth.scope import restrict

if TYPE_CHECKING:
    from collections.abc import Collection

    from gatelet.accounts.session import Session
    from gatelet.accounts.sign_in import SignIn
    from gatelet.handlers.browser import Browser
    from gatelet.handlers.exchange import Exchange
    from gatelet.handlers.http import Response
    from gatelet.handlers.server import Server
    from gatelet.oauth.authorization_request import AuthorizationRequest
    from gatelet.oauth.client import Client
    from gatelet.oauth.id_token_hint import IdTokenHint
    from gatelet.oauth.resource_owner import ResourceOwner


class Authorization:
    """What a client asks of a person. Every OAuthError that is raised here goes back to the client."""

    def __init__(self, exchange: Exchange, server: Server, client: Client, asked: AuthorizationRequest) -> None:
        self._exchange = exchange
        self._server = server
        self._client = client
        self._asked = asked
        self._audience, self._scope = settle_scope(
            asked, client, server.directory.resource_servers(), own_resource(server.issuer_name)
        )

    @cached_property
    def _hint(self) -> IdTokenHint | None:
        server = self._server
        return read_id_token_hint(self._asked.id_token_hint, keys=server.public_keys, issuer=server.issuer_name)

    def begin(self, sign_in: SignIn, browser: Browser) -> Response:
        """Go on with the session that the browser has, or ask who it is. OpenID Connect Core §3.1.2.3"""
        session = browser.session()
        if session is None or self._must_sign_in(session):
            return self._ask_to_sign_in(sign_in, browser)
        if not self._is_about(session.sub):
            is_known = self._asked.id_token_hint is None or self._hint is not None
            return self._ask_to_sign_in(sign_in, browser, error="other_account" if is_known else None)
        try:
            return self.proceed(sign_in, session, browser)
        except SessionEnded:
            return self._ask_to_sign_in(sign_in, browser)

    def proceed(self, sign_in: SignIn, session: Session, browser: Browser) -> Response:
        """Ask for consent where it is missing, else issue the code. Raises SessionEnded."""
        owner = self._server.directory.resource_owner(session.sub)
        if owner is None or not owner.enabled:
            raise SessionEnded
        scope = self._allowed_to(owner)
        if needs_consent(self._client, scope, self._asked.prompt, self._server.consents, session.sub):
            if "none" in self._asked.prompt:
                raise ConsentRequired("the user has not consented")
            return consent_page(
                replace(sign_in, session_id=session.session_id, scope=scope),
                self._exchange.request,
                self._server,
                browser=browser,
                client=self._client,
                asked=self._asked,
                username=owner.username,
                descriptions=self._audience.scopes,
            )
        return self.issue_code(sign_in, session, scope)

    def issue_code(self, sign_in: SignIn, session: Session, scope: tuple[str, ...]) -> Response:
        """Let the grant join the session, then write it; the same sign-in gives the same code.

        Unless that was redeemed meanwhile: to be redeemed again would end the grant. Raises SessionEnded and
        SignInRefused.
        """
        server, now = self._server, self._server.now()
        secret = sign_in.grant_secret(server.seals)
        grant = self._grant(secret, session, scope, now)
        make_room(session, grant.gid, sessions=server.sessions, grants=server.grants, feed=server.feed, now=now)
        server.sessions.join(session, grant, now)
        try:
            written = server.grants.put_once(grant)
        except InvalidGrant:
            raise SessionEnded from None
        if written.status != PENDING or now >= written.code_expires_at:
            raise SignInRefused("already_done", sign_in)
        self._exchange.observation.record(Event.CODE_ISSUED, sub=grant.sub, gid=grant.gid)
        code = server.handles.seal(
            AUTHORIZATION_CODE, grant_secret=secret, generation=0, client_id=self._client.client_id
        )
        return self.answer({"code": code})

    def answer(self, parameters: dict[str, str]) -> Response:
        """Send something to the client."""
        return answer_client(
            parameters,
            redirect_uri=self._asked.redirect_uri,
            response_mode=self._asked.response_mode,
            state=self._asked.state,
            request=self._exchange.request,
            server=self._server,
        )

    def consented_scope(self, session: Session, shown: Collection[str]) -> tuple[str, ...]:
        """Return what the consent page showed, as far as it may still be granted. Raises SessionEnded, InvalidScope."""
        owner = self._server.directory.resource_owner(session.sub)
        if owner is None or not owner.enabled:
            raise SessionEnded
        return self._allowed_to(owner, shown)

    def _must_sign_in(self, session: Session) -> bool:
        asked = self._asked
        if {"login", "select_account"} & set(asked.prompt):
            return True
        if asked.max_age == 0:  # prompt=login by another name
            return True
        return asked.max_age is not None and self._server.now() - session.auth_time > asked.max_age

    def _is_about(self, sub: str) -> bool:
        """Tell whether the client wants to hear of this user. OpenID Connect Core §3.1.2.2"""
        asked = self._asked
        if asked.claims.subjects is not None and sub not in asked.claims.subjects:
            return False
        return asked.id_token_hint is None or (self._hint is not None and self._hint.sub == sub)

    def _allowed_to(self, owner: ResourceOwner, shown: Collection[str] | None = None) -> tuple[str, ...]:
        """Return the scopes of the grant, and after them those that only claims asked for by name belong to.

        The user is asked about both. Raises InvalidScope.
        """
        permitted = (*self._server.directory.roles().permissions(owner.roles), *SCOPES)
        scope = restrict(self._scope, permitted, shown)
        named = self._asked.claims.scopes if OPENID in scope else ()
        more = (each for each in named if each in self._client.scope and (shown is None or each in shown))
        return tuple(dict.fromkeys((*scope, *more)))

    def _ask_to_sign_in(self, sign_in: SignIn, browser: Browser, error: str | None = None) -> Response:
        if "none" in self._asked.prompt:
            raise LoginRequired("the user is not signed in")
        if self._hint is None:  # one that cannot be read says nothing of whoever signs in now
            kept = {name: value for name, value in sign_in.parameters.items() if name != "id_token_hint"}
            sign_in = replace(sign_in, parameters=kept)
        return login_page(
            sign_in,
            self._exchange.request,
            self._server,
            browser=browser,
            client_name=self._client.client_name,
            username=self._asked.login_hint or "",
            locales=self._asked.ui_locales,
            redirect_uri=self._asked.redirect_uri,
            error=error,
        )

    def _grant(self, secret: bytes, session: Session, scope: tuple[str, ...], now: int) -> Grant:
        lifetime = REFRESH_ABSOLUTE if may_refresh(self._client) else self._audience.access_token_lifetime
        claims = self._asked.claims.opened_by(scope)
        return Grant(
            gid=grant_id(secret),
            client_id=self._client.client_id,
            sub=session.sub,
            session_id=session.session_id,
            scope=tuple(each for each in scope if each in self._scope),
            audience=self._audience.identifier,
            auth_time=session.auth_time,
            acr=session.acr,
            amr=session.amr,
            generation=0,
            rotated_at=now,
            idle_expires_at=now + min(REFRESH_IDLE, lifetime),
            absolute_expires_at=now + CODE_LIFETIME + lifetime,
            attempt=self._server.attempt(),
            status=PENDING,
            redirect_uri=self._asked.redirect_uri,
            code_challenge=self._asked.code_challenge,
            code_expires_at=now + CODE_LIFETIME,
            nonce=self._asked.nonce,
            id_token_claims=claims.id_token,
            userinfo_claims=claims.userinfo,
        )
