"""What ends a token before its time. RFC 7009"""

from __future__ import annotations

from tests.e2e.server import error_of


def test_revoked_access_token_is_refused_within_five_seconds_and_no_other(server, service, route):
    """Every authorizer reads the feed at least every 5 s. RFC 7009 §2.1"""
    first, second = server.client_credentials(service), server.client_credentials(service)
    assert route.call(first) == 200
    assert server.revoke(service, first).status_code == 200
    assert route.refuses_in_time(first)
    assert route.call(second) == 200


def test_authlib_revokes_a_refresh_token_and_with_it_the_grant(authlib, legacy, user, server, route):
    """The refresh token is refused at once, the access token within 5 s. RFC 7009 §2.1"""
    session = authlib(legacy)
    tokens = session.fetch_token(
        server.token_endpoint, grant_type="password", username=user.username, password=user.password
    )
    assert route.call(tokens["access_token"]) == 200
    answer = session.revoke_token(
        server.revocation_endpoint, token=tokens["refresh_token"], token_type_hint="refresh_token"
    )
    assert answer.status_code == 200
    assert error_of(server.refresh(legacy, tokens["refresh_token"])) == "invalid_grant"
    assert route.refuses_in_time(tokens["access_token"])


def test_unknown_token_is_as_good_as_revoked(server, service):
    """RFC 7009 §2.2"""
    assert server.revoke(service, "no-token-of-ours").status_code == 200


def test_token_of_another_client_is_left_alone(server, service, legacy, user):
    """RFC 7009 §2.1"""
    refresh_token = server.password(legacy, user)["refresh_token"]
    server.revoke(service, refresh_token)
    assert server.refresh(legacy, refresh_token).status_code == 200


def test_disabled_user_gets_nothing_more_and_the_api_refuses_what_there_is(server, legacy, registration, stack, route):
    """The flag is read with every refresh; the feed tells the authorizers."""
    reader = registration.person("reader")
    tokens = server.password(legacy, reader)
    assert route.call(tokens["access_token"]) == 200
    stack.administration.accounts.disable_user(reader.sub)
    assert error_of(server.refresh(legacy, tokens["refresh_token"])) == "invalid_grant"
    assert route.refuses_in_time(tokens["access_token"])
