"""People: the password grant, and the rotation of its refresh tokens. RFC 6749 §4.3, §6, RFC 9700 §4.14"""

from __future__ import annotations

import pytest
from oauthlib.oauth2 import LegacyApplicationClient
from requests_oauthlib import OAuth2Session as RequestsOAuth2Session

from tests.e2e.server import error_of


@pytest.fixture
def tokens(server, legacy, user):
    """Sign the user in."""
    return server.password(legacy, user)


@pytest.fixture
def first(tokens):
    """Return a refresh token that has not been used."""
    return tokens["refresh_token"]


def test_authlib_signs_a_user_in_and_refreshes(authlib, legacy, user, server, route):
    """The refresh token rotates, and the new access token works."""
    session = authlib(legacy, scope="whoami:read")
    issued = session.fetch_token(
        server.token_endpoint, grant_type="password", username=user.username, password=user.password
    )
    refreshed = session.refresh_token(server.token_endpoint, refresh_token=issued["refresh_token"])
    assert refreshed["refresh_token"] != issued["refresh_token"]
    assert session.get(route.url).json()["roles"] == "reader"


def test_requests_oauthlib_signs_a_user_in_and_refreshes(legacy, user, server, route):
    """A second library does the same."""
    auth = (legacy.client_id, legacy.client_secret)
    session = RequestsOAuth2Session(client=LegacyApplicationClient(client_id=legacy.client_id))
    session.fetch_token(server.token_endpoint, username=user.username, password=user.password, auth=auth)
    session.refresh_token(server.token_endpoint, auth=auth)
    assert session.get(route.url).json()["client_id"] == legacy.client_id


def test_wrong_password_is_invalid_grant(server, legacy, registration):
    """It says no more than that. RFC 6749 §5.2"""
    username = registration.person("reader").username
    answer = server.token(legacy, grant_type="password", username=username, password="wrong")
    assert (answer.status_code, error_of(answer)) == (400, "invalid_grant")


def test_user_without_a_role_is_granted_nothing_of_the_api(server, legacy, registration):
    """A token carries only what client, API and roles all allow."""
    nobody = registration.person()
    answer = server.token(legacy, grant_type="password", username=nobody.username, password=nobody.password)
    assert (answer.status_code, error_of(answer)) == (400, "invalid_scope")


def test_retry_within_the_grace_gets_the_same_successor(server, legacy, first):
    """A lost answer, or a second tab, costs nobody the session."""
    once, again = server.successor(legacy, first), server.successor(legacy, first)
    assert once["refresh_token"] == again["refresh_token"]
    assert once["access_token"] != again["access_token"]


def test_token_before_the_last_ends_the_grant(server, legacy, first):
    """Whoever holds such an old one has stolen it, or was stolen from. RFC 9700 §4.14.2"""
    second = server.successor(legacy, first)["refresh_token"]
    third = server.successor(legacy, second)["refresh_token"]
    assert error_of(server.refresh(legacy, first)) == "invalid_grant"
    assert error_of(server.refresh(legacy, third)) == "invalid_grant"


def test_reuse_reaches_the_api(server, legacy, tokens, first, route):
    """The access token of a grant that ended by reuse is refused within 5 s too."""
    assert route.call(tokens["access_token"]) == 200
    server.successor(legacy, server.successor(legacy, first)["refresh_token"])
    assert error_of(server.refresh(legacy, first)) == "invalid_grant"
    assert route.refuses_in_time(tokens["access_token"])


def test_another_client_cannot_use_a_refresh_token_nor_harm_its_grant(server, legacy, registration, first):
    """RFC 6749 §10.4"""
    assert error_of(server.refresh(registration.client(), first)) == "invalid_grant"
    assert server.refresh(legacy, first).status_code == 200


@pytest.mark.parametrize("scope", ["whoami:read whoami:other", "whoami:other"])
def test_wider_scope_is_refused_and_nothing_moves(server, legacy, first, scope):
    """A client may narrow what it was granted, never widen it. RFC 6749 §6"""
    assert error_of(server.refresh(legacy, first, scope=scope)) == "invalid_scope"
    once = server.successor(legacy, first)
    assert server.successor(legacy, first)["refresh_token"] == once["refresh_token"]


def test_browsers_door_takes_the_plain_form_too(server, legacy, first):
    """One rotation behind two doors."""
    auth = (legacy.client_id, legacy.client_secret)
    answer = server.request("POST", "/oauth2/refresh", data={"refresh_token": first}, auth=auth)
    assert answer.status_code == 200, answer.text
    assert server.successor(legacy, first)["refresh_token"] == answer.json()["refresh_token"]
