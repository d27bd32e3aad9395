"""Basic OP: a code is good once, a refresh token for its client alone. RFC 6749 §4.1.2, §6"""

from __future__ import annotations

import secrets
import time

from tests.e2e.conformance.conditions import id_token, metadata, token_response, userinfo
from tests.e2e.conformance.id_tokens import IdToken
from tests.e2e.store import gid_of


def test_oidcc_codereuse(relying_party, signed_in):
    """A code that comes again at once gives `invalid_grant`"""
    rp = relying_party()
    code = rp.authenticate(signed_in).code
    token_response.is_invalid_grant(rp.redeem(code))


def test_oidcc_codereuse_30seconds(relying_party, signed_in, store):
    """A code that comes again after 30 seconds gives `invalid_grant`, and its access token ends

    The suite waits; here issue and first use of the code are set back by as much.
    """
    rp = relying_party()
    result = rp.authenticate(signed_in)
    store.set_code_back(gid_of(result.tokens["access_token"]), 30)
    token_response.is_invalid_grant(rp.redeem(result.code))
    userinfo.is_refused(rp.userinfo(result.tokens["access_token"]))


def refreshed(rp, first, **form):
    """Refresh, and check what the suite checks of the answer and of its ID token. OpenID Connect Core §12.2

    The suite waits a second and asks that `iat` differs; here it must be the time of the request.
    """
    token_response.is_unguessable(first.tokens["refresh_token"])
    earliest = int(time.time())
    answer = rp.token(grant_type="refresh_token", refresh_token=first.tokens["refresh_token"], **form)
    tokens = token_response.is_successful(answer)
    assert tokens["access_token"] != first.tokens["access_token"]
    token_response.is_unguessable(tokens["refresh_token"])
    again = IdToken.parse(tokens["id_token"], rp.provider.keys)
    id_token.continues(again, first.id_token)
    assert earliest <= again.claims["iat"] <= time.time()
    userinfo.is_successful(rp.userinfo(tokens["access_token"]))
    return tokens


def test_oidcc_refresh_token(relying_party, end_user):
    """A refresh token gives tokens of the same user and sign-in, and is refused to another client"""
    scope = "openid offline_access"
    one, two = relying_party(scope=scope), relying_party(scope=scope)
    metadata.lists(one.provider.metadata, "grant_types_supported", "refresh_token")
    metadata.lists(one.provider.metadata, "scopes_supported", "offline_access")
    first = one.authenticate(end_user, prompt="consent")
    second = two.authenticate(end_user, prompt="consent", nonce=secrets.token_hex(22)[:43])
    assert first.visit.consent
    assert second.visit.consent

    refreshed(one, first, scope=scope)
    tokens = refreshed(two, second)
    stolen = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    token_response.is_invalid_grant(one.token(**stolen, scope=scope))
    token_response.is_successful(two.token(**stolen))
