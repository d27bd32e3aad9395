"""One authorization request on its way: who is it, may the client, and then the code."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gatelet.accounts.consent import needs_consent
from gatelet.accounts.session import SessionEnded
from gatelet.handlers.authorization_answer import answer_client
from gatelet.handlers.login_page import login_page
from gatelet.handlers.page import form_action, page
from gatelet.oauth.authorization import settle_scope
from gatelet.oauth.errors import ConsentRequired, LoginRequired
from gatelet.oauth.grant import CODE_LIFETIME, PENDING, REFRESH_ABSOLUTE, REFRESH_IDLE, Grant, may_refresh
from gatelet.oauth.handle import AUTHORIZATION_CODE, grant_id
from gatelet.oauth.id_token_hint import read_id_token_hint
from gatelet.oauth.issuance import own_resource
from gatelet.oauth.openid import SCOPES
from gatelet.oauth.scope import restrict
from gatelet.pages.views import ConsentView

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

    def begin(self, sign_in: SignIn, browser: Browser) -> Response:
        """Go on with the session that the browser has, or ask who it is. OpenID Connect Core §3.1.2.3"""
        session = browser.session()
        if session is None or self._must_sign_in(session):
            return self._ask_to_sign_in(sign_in, browser)
        try:
            return self.proceed(sign_in, session, browser)
        except SessionEnded:
            return self._ask_to_sign_in(sign_in, browser)

    def proceed(self, sign_in: SignIn, session: Session, browser: Browser, cookies: tuple[str, ...] = ()) -> Response:
        """Ask for consent where it is missing, else issue the code. Raises SessionEnded."""
        owner = self._server.directory.resource_owner(session.sub)
        if owner is None or not owner.enabled:
            raise SessionEnded
        scope = self._granted(owner)
        if needs_consent(self._client, scope, self._asked.prompt, self._server.consents, session.sub):
            if "none" in self._asked.prompt:
                raise ConsentRequired("the user has not consented")
            return self._ask_for_consent(sign_in, session, owner, scope, browser=browser, new_cookies=cookies)
        return self.issue_code(sign_in, session, scope, cookies)

    def issue_code(
        self, sign_in: SignIn, session: Session, scope: tuple[str, ...], cookies: tuple[str, ...] = ()
    ) -> Response:
        """Let the grant join the session, then write it; the same sign-in gives the same code. Raises SessionEnded."""
        server, now = self._server, self._server.now()
        secret = sign_in.grant_secret(server.seals)
        grant = self._grant(secret, session, scope, now)
        server.sessions.join(session, grant.gid, now)
        server.grants.put_once(grant)
        self._exchange.observation.note(sub=grant.sub, gid=grant.gid)
        code = server.handles.seal(
            AUTHORIZATION_CODE, grant_secret=secret, generation=0, client_id=self._client.client_id
        )
        return self.answer({"code": code}, cookies)

    def answer(self, parameters: dict[str, str], cookies: tuple[str, ...] = ()) -> Response:
        """Send something to the client."""
        return answer_client(
            parameters,
            redirect_uri=self._asked.redirect_uri,
            response_mode=self._asked.response_mode,
            state=self._asked.state,
            request=self._exchange.request,
            server=self._server,
            cookies=cookies,
        )

    def consented_scope(self, session: Session, shown: Collection[str]) -> tuple[str, ...]:
        """Return what the consent page showed, as far as it may still be granted. Raises SessionEnded, InvalidScope."""
        owner = self._server.directory.resource_owner(session.sub)
        if owner is None or not owner.enabled:
            raise SessionEnded
        return restrict(self._granted(owner), shown)

    def _must_sign_in(self, session: Session) -> bool:
        asked = self._asked
        if {"login", "select_account"} & set(asked.prompt):
            return True
        if asked.max_age == 0:  # prompt=login by another name
            return True
        if asked.max_age is not None and self._server.now() - session.auth_time > asked.max_age:
            return True
        if asked.id_token_hint is None:
            return False
        hint = read_id_token_hint(asked.id_token_hint, keys=self._server.public_keys, issuer=self._server.issuer_name)
        return hint is None or hint.sub != session.sub

    def _granted(self, owner: ResourceOwner) -> tuple[str, ...]:
        return restrict(self._scope, (*self._server.directory.roles().permissions(owner.roles), *SCOPES))

    def _ask_to_sign_in(self, sign_in: SignIn, browser: Browser) -> Response:
        if "none" in self._asked.prompt:
            raise LoginRequired("the user is not signed in")
        return login_page(
            sign_in,
            self._exchange.request,
            self._server,
            browser=browser,
            client_name=self._client.client_name,
            username=self._asked.login_hint or "",
            locales=self._asked.ui_locales,
            redirect_uri=self._asked.redirect_uri,
        )

    def _ask_for_consent(
        self,
        sign_in: SignIn,
        session: Session,
        owner: ResourceOwner,
        scope: tuple[str, ...],
        *,
        browser: Browser,
        new_cookies: tuple[str, ...],
    ) -> Response:
        client, server = self._client, self._server
        binding, cookies = browser.bind()
        sealed = replace(sign_in, session_id=session.session_id, scope=scope).bound_to(binding).seal(server.seals)
        view = ConsentView(
            sign_in=sealed,
            client_name=client.client_name,
            client_uri=client.client_uri,
            logo=client.logo_uri,
            policy_uri=client.policy_uri,
            tos_uri=client.tos_uri,
            redirect_host=urlsplit(self._asked.redirect_uri).netloc,
            username=owner.username,
            scopes=tuple((name, self._audience.scopes.get(name, "")) for name in scope),
        )
        return page(
            view,
            self._exchange.request,
            server,
            form_action=form_action(self._asked.redirect_uri),
            locales=self._asked.ui_locales,
            cookies=(*cookies, *new_cookies),
        )

    def _grant(self, secret: bytes, session: Session, scope: tuple[str, ...], now: int) -> Grant:
        lifetime = REFRESH_ABSOLUTE if may_refresh(self._client) else self._audience.access_token_lifetime
        return Grant(
            gid=grant_id(secret),
            client_id=self._client.client_id,
            sub=session.sub,
            session_id=session.session_id,
            scope=scope,
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
            id_token_claims=self._asked.claims.id_token,
            userinfo_claims=self._asked.claims.userinfo,
        )
