"""Basic OP: parameters that do no harm, and requests that must be refused. OpenID Connect Core §3.1.2, §6"""

from __future__ import annotations

import base64
import json
import secrets

from tests.e2e.conformance.conditions import authorization_response, id_token, metadata, page
from tests.e2e.conformance.relying_party import REDIRECT_URI
from tests.e2e.conformance.results import REFUSED, RESULT

BAD_REDIRECT_URI = "This application is set up wrongly"


def request_object(claims):
    """Return an unsigned request object. OpenID Connect Core §6.1"""
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""])


def without_what_the_object_holds(rp, asked):
    """Leave outside what OAuth 2.0 requires there. OpenID Connect Core §6.1"""
    return {name: asked.get(name) for name in rp.request() if name not in {"state", "nonce"}} | {
        "state": None,
        "nonce": None,
    }


def test_oidcc_display_page(relying_party, signed_in):
    """`display=page` does no harm"""
    relying_party().authenticate(signed_in, display="page")


def test_oidcc_display_popup(relying_party, signed_in):
    """`display=popup` does no harm"""
    relying_party().authenticate(signed_in, display="popup")


def test_oidcc_ensure_request_with_unknown_parameter_succeeds(relying_party, signed_in):
    """A parameter that nobody knows is ignored"""
    relying_party().authenticate(signed_in, extra="foobar")


def test_oidcc_login_hint(relying_party, end_user):
    """`login_hint` does no harm, and stands in the login page"""
    login = relying_party().authenticate(end_user, login_hint="buffy@rp.example").visit.login
    assert 'value="buffy@rp.example"' in login.text


def test_oidcc_ui_locales(relying_party, end_user):
    """`ui_locales` does no harm, and the login page is in the first language of them that there is"""
    login = relying_party().authenticate(end_user, ui_locales="se de en").visit.login
    page.is_shown(login, status=200, heading="Anmelden")


def test_oidcc_claims_locales(relying_party, signed_in):
    """`claims_locales` does no harm"""
    relying_party().authenticate(signed_in, claims_locales="se")


def test_oidcc_ensure_request_with_acr_values_succeeds(relying_party, signed_in):
    """`acr_values` does no harm, and the ID token names one of the contexts that the metadata lists"""
    rp = relying_party()
    contexts = rp.provider.metadata["acr_values_supported"]
    result = rp.authenticate(signed_in, acr_values=" ".join(contexts))
    id_token.has_one_of_the_contexts(result.id_token, contexts)


def test_oidcc_ensure_post_request_succeeds(relying_party, signed_in):
    """An authorization request may come as a form, from another site"""
    rp = relying_party()
    asked = rp.request()
    endpoint = rp.provider.metadata["authorization_endpoint"]
    visit = signed_in.visit(signed_in.browser.post_from_elsewhere(endpoint, asked))
    assert visit.login is None, "the session counts, though the form came without its cookie"
    rp.complete(rp.answered(asked, visit))


def test_oidcc_ensure_registered_redirect_uri(relying_party, signed_in):
    """A redirect URI that is not registered gives an error page and no redirect"""
    rp = relying_party()
    asked = rp.request(redirect_uri=f"{REDIRECT_URI}/{secrets.token_urlsafe(8)}")
    page.is_shown(signed_in.browser.open(rp.address(asked)), status=400, heading=BAD_REDIRECT_URI)


def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
    relying_party, signed_in, record_property
):
    """`request_uri` is refused with `request_uri_not_supported`, as the metadata says"""
    record_property(RESULT, REFUSED)
    rp = relying_party()
    metadata.says_that_request_objects_are_not_supported(rp.provider.metadata)
    outside = without_what_the_object_holds(rp, rp.request())
    refused = rp.authorize(signed_in, **outside, request_uri="https://rp.example/test/a/gatelet/requesturi/1")
    authorization_response.is_an_error(refused.response, refused.asked, "request_uri_not_supported")


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    relying_party, signed_in, record_property
):
    """`request` is refused with `request_not_supported`, as the metadata says, and not ignored"""
    record_property(RESULT, REFUSED)
    rp = relying_party()
    metadata.says_that_request_objects_are_not_supported(rp.provider.metadata)
    asked = rp.request()
    outside = without_what_the_object_holds(rp, asked)
    refused = rp.authorize(signed_in, **outside, request=request_object(asked))
    authorization_response.is_an_error(refused.response, refused.asked, "request_not_supported")


def test_oidcc_ensure_request_object_with_redirect_uri(relying_party, signed_in, record_property):
    """A bad redirect URI outside a request object gives an error page: the good one inside does not count"""
    record_property(RESULT, REFUSED)
    rp = relying_party()
    asked = rp.request()
    outside = {**without_what_the_object_holds(rp, asked), "redirect_uri": f"{REDIRECT_URI}_invalid"}
    request = rp.request(**outside, request=request_object(asked))
    page.is_shown(signed_in.browser.open(rp.address(request)), status=400, heading=BAD_REDIRECT_URI)
