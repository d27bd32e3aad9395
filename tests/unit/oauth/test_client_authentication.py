from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.oauth.client import Client, ClientSecret
from gatelet.oauth.client_authentication import ClientAuthentication, authenticate_client, hash_secret
from gatelet.oauth.errors import InvalidClient, InvalidRequest, OAuthError, TemporarilyUnavailable, TooManyAttempts
from tests.unit.in_memory import Attempts, Clients

NOW = 1_800_000_000
SECRET = "YbDl4v7nTq0wJm3kRs8xZc1eVf5gHu2iPo6aQr9tLyE"
SERVICE = Client(
    client_id="c_service",
    client_name="Service",
    token_endpoint_auth_method="client_secret_basic",
    grant_types=("client_credentials",),
    scope=("orders:read",),
    secrets=(ClientSecret(sha256=hash_secret(SECRET), created_at=NOW),),
)
APP = replace(SERVICE, client_id="c_app", token_endpoint_auth_method="none", secrets=())
DISABLED = replace(SERVICE, client_id="c_disabled", enabled=False)


def authenticate(authorization=None, *clients, now=NOW, **form):
    return authenticate_client(authorization, form, Clients(SERVICE, APP, DISABLED, *clients), now)


def basic(client_id, secret, scheme="Basic"):
    """Return the header as RFC 6749 §2.3.1 wants it: both parts form-urlencoded."""
    return f"{scheme} {encoded(f'{quote_plus(client_id)}:{quote_plus(secret)}')}"


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def refusal(*arguments, **form):
    """Return what a caller can tell of a refusal."""
    with pytest.raises(InvalidClient) as refused:
        authenticate(*arguments, **form)
    error = refused.value
    return error.status, error.error, error.description, error.challenge


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_a_client_proves_itself_with_its_secret_in_the_header(scheme):
    """The scheme has no case. RFC 6749 §2.3.1, RFC 9110 §11.1"""
    assert authenticate(basic("c_service", SECRET, scheme)) == SERVICE


def test_a_client_proves_itself_with_its_secret_in_the_body():
    """RFC 6749 §2.3.1"""
    assert authenticate(client_id="c_service", client_secret=SECRET) == SERVICE


def test_a_public_client_names_itself():
    """RFC 6749 §3.2.1"""
    assert authenticate(client_id="c_app") == APP


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60), st.text(max_size=60))
def test_what_a_client_form_encodes_into_the_header_is_what_is_compared(client_id, secret):
    """RFC 6749 §2.3.1"""
    client = replace(
        SERVICE, client_id=client_id, secrets=(ClientSecret(sha256=hash_secret(secret or "-"), created_at=NOW),)
    )
    assert authenticate(basic(client_id, secret or "-"), client) == client


@given(
    st.one_of(
        st.none(), st.text(max_size=40), st.binary(max_size=40).map(lambda b: f"Basic {base64.b64encode(b).decode()}")
    )
)
def test_no_authorization_header_does_more_than_an_oauth_error(authorization):
    """Nothing a caller sends may end in a fault of the server."""
    with pytest.raises(OAuthError):
        authenticate(authorization)


@pytest.mark.attack("ATK-125")
@pytest.mark.parametrize("form", [{}, {"client_id": "c_service"}, {"client_secret": SECRET}])
def test_a_confidential_client_without_authentication_is_challenged(form):
    """RFC 6749 §5.2, RFC 9110 §11.6.1"""
    status, error, _, challenge = refusal(**form)
    assert (status, error, challenge) == (401, "invalid_client", True)


@pytest.mark.attack("ATK-126")
def test_an_unknown_a_disabled_and_a_cheated_client_get_one_answer():
    """In the header and in the body, so that nobody learns which clients there are."""
    in_header = {refusal(basic(name, "wrong")) for name in ("c_service", "c_nobody", "c_app")}
    in_body = {refusal(client_id=name, client_secret="wrong") for name in ("c_service", "c_nobody", "c_app")}
    assert (
        in_header
        == {refusal(basic("c_disabled", SECRET))}
        == {(401, "invalid_client", "client authentication failed", True)}
    )
    assert in_body == {refusal(client_id="c_disabled", client_secret=SECRET)}


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ({"client_id": "c_nobody", "client_secret": "x"}, None),
        ({"client_id": "c_disabled", "client_secret": SECRET}, "c_disabled"),
        ({"client_id": "c_app", "client_secret": "x"}, "c_app"),
        ({"client_id": "c_service"}, "c_service"),
        ({"client_id": "c_service", "client_secret": "x"}, "c_service"),
    ],
)
def test_the_audit_names_the_client_of_a_failure_where_there_is_one(form, name):
    with pytest.raises(InvalidClient) as refused:
        authenticate(**form)
    assert refused.value.named == {"client_id": name}


def test_only_who_used_the_header_or_proved_nothing_is_challenged():
    """RFC 6749 §5.2"""
    assert not refusal(client_id="c_service", client_secret="wrong")[-1]
    assert not refusal(client_id="c_service", client_assertion="x")[-1]
    assert refusal(basic("c_service", "wrong"))[-1]


def test_only_the_first_colon_of_the_header_ends_the_client_id():
    """RFC 7617 §2; a client that does not form-encode its secret"""
    client = replace(SERVICE, secrets=(ClientSecret(sha256=hash_secret("a:b"), created_at=NOW),))
    assert authenticate(f"Basic {encoded('c_service:a:b')}", client) == client


@pytest.mark.attack("ATK-126")
def test_an_unknown_client_without_a_secret_gets_the_answer_of_one_that_has_to_prove_itself():
    assert refusal(client_id="c_nobody") == refusal(client_id="c_service") == refusal(client_id="c_disabled")


@pytest.mark.attack("ATK-127")
def test_a_secret_in_the_header_and_another_in_the_body_is_invalid_request():
    """A client uses one method at a time. RFC 6749 §2.3"""
    with pytest.raises(InvalidRequest):
        authenticate(basic("c_service", SECRET), client_secret=SECRET)


@pytest.mark.attack("ATK-127")
@pytest.mark.parametrize("header", [None, basic("c_service", SECRET)])
def test_an_assertion_beside_a_right_secret_lets_nobody_in(header):
    """RFC 6749 §2.3"""
    secret = {} if header else {"client_id": "c_service", "client_secret": SECRET}
    with pytest.raises(OAuthError):
        authenticate(header, client_assertion="a.b.c", **secret)


@pytest.mark.attack("ATK-128")
def test_a_client_id_in_the_body_must_be_the_one_in_the_header():
    assert authenticate(basic("c_service", SECRET), client_id="c_service") == SERVICE
    with pytest.raises(InvalidRequest):
        authenticate(basic("c_service", SECRET), client_id="c_app")


@pytest.mark.attack("ATK-129")
@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic ",
        "Basic  " + encoded(f"c_service:{SECRET}"),
        "Basic " + encoded(f"c_service:{SECRET}") + " ",
        "Basic\t" + encoded(f"c_service:{SECRET}"),
        " Basic " + encoded(f"c_service:{SECRET}"),
        "Basic " + encoded(f"c_service:{SECRET}") + "," + encoded(f"c_service:{SECRET}"),
        "Basic " + encoded(f"c_service:{SECRET}").replace("=", "") + "A",
        pytest.param("Basic " + encoded(f"c_service:{SECRET}") + "=", id="one = too many"),
        "Basic ====",
        "Basic c_service:" + SECRET,
        "Basic " + encoded("c_service"),
        pytest.param("Basic " + encoded("c_app"), id="a public client without a colon"),
        "Basic " + encoded(":"),
        "Basic " + encoded(f":{SECRET}"),
        "Basic " + encoded(f"c_service\0:{SECRET}"),
        "Basic " + encoded(f"c_service:{SECRET}\0"),
        "Basic " + encoded(f"c_service%:{SECRET}"),
        "Basic " + encoded(f"%ff:{SECRET}"),
        "Basic " + base64.b64encode(b"c_service\xff:x").decode(),
        "Bearer " + SECRET,
        "Digest username=c_service",
        pytest.param("Basic Zm9v\u212aOmJhcg==", id="kelvin sign, which folds to k"),
        pytest.param(f"Ba\u017fic {encoded(f'c_service:{SECRET}')}", id="long s, which folds to s"),
        pytest.param(f"Basic {encoded(f'c_service:{SECRET}')}\n", id="line feed at the end"),
    ],
)
def test_a_malformed_header_is_invalid_client_with_a_challenge(authorization):
    """RFC 6749 §5.2, RFC 7617 §2"""
    assert refusal(authorization) == (401, "invalid_client", "client authentication failed", True)


@pytest.mark.attack("ATK-131")
@pytest.mark.parametrize("secret", [SECRET, "x"])
def test_a_public_client_that_presents_a_secret_is_refused(secret):
    for arguments, form in [((basic("c_app", secret),), {}), ((), {"client_id": "c_app", "client_secret": secret})]:
        assert refusal(*arguments, **form)[:2] == (401, "invalid_client")


@pytest.mark.attack("ATK-131")
def test_a_public_client_that_presents_an_assertion_is_refused():
    assert refusal(client_id="c_app", client_assertion="a.b.c")[:2] == (401, "invalid_client")


@pytest.mark.attack("ATK-133")
@pytest.mark.parametrize(
    "secret", ["pa\u00dfwort", "\u65e5\u672c", "x" * 1_000_000, SECRET + "x" * 1000, "\x00", SECRET + "\n"]
)
def test_a_secret_of_any_kind_or_length_is_just_wrong(secret):
    assert refusal(client_id="c_service", client_secret=secret)[:2] == (401, "invalid_client")
    assert refusal(basic("c_service", secret))[:2] == (401, "invalid_client")


@pytest.mark.attack("ATK-133")
def test_a_long_secret_is_not_compared_by_its_beginning():
    beginning = "x" * 1024
    client = replace(SERVICE, client_id="c", secrets=(ClientSecret(sha256=hash_secret(beginning), created_at=NOW),))
    assert authenticate(None, client, client_id="c", client_secret=beginning) == client
    with pytest.raises(InvalidClient):
        authenticate(None, client, client_id="c", client_secret=beginning + "x")


@pytest.mark.attack("ATK-133")
def test_a_secret_longer_than_any_that_is_generated_is_wrong_even_where_it_is_stored():
    secret = "x" * 1025
    client = replace(SERVICE, client_id="c", secrets=(ClientSecret(sha256=hash_secret(secret), created_at=NOW),))
    with pytest.raises(InvalidClient):
        authenticate(None, client, client_id="c", client_secret=secret)


@pytest.mark.attack("ATK-134")
def test_an_old_secret_is_good_beside_the_new_one_until_it_expires():
    old = ClientSecret(sha256=hash_secret("old"), created_at=NOW - 1000, expires_at=NOW + 10)
    client = replace(SERVICE, client_id="c", secrets=(*SERVICE.secrets, old))
    for secret in ("old", SECRET):
        assert authenticate(None, client, client_id="c", client_secret=secret, now=NOW + 9) == client
    assert authenticate(None, client, client_id="c", client_secret=SECRET, now=NOW + 10) == client
    with pytest.raises(InvalidClient):
        authenticate(None, client, client_id="c", client_secret="old", now=NOW + 10)


@pytest.mark.attack("ATK-134")
def test_a_client_without_a_living_secret_has_no_secret_at_all():
    expired = ClientSecret(sha256=hash_secret(SECRET), created_at=0, expires_at=NOW)
    for secrets in ((), (expired,)):
        client = replace(SERVICE, client_id="c", secrets=secrets)
        for secret in (SECRET, "0" * 64, "x"):
            with pytest.raises(InvalidClient):
                authenticate(None, client, client_id="c", client_secret=secret)


@pytest.mark.attack("ATK-137")
def test_what_is_stored_of_a_secret_does_not_authenticate():
    """The dump of a table is of no use."""
    stored = SERVICE.secrets[0].sha256
    assert SECRET not in stored
    assert len(stored) == 64
    with pytest.raises(InvalidClient):
        authenticate(client_id="c_service", client_secret=stored)


@pytest.mark.attack("ATK-084")
@pytest.mark.parametrize(
    "client_id",
    ["c_\u0455ervice", "c_\uff53ervice", "C_SERVICE", " c_service", "c_service ", "c_service\n", "c_\u017fervice"],
)
def test_a_look_alike_of_a_client_is_another_client(client_id):
    """No client_id is normalised."""
    for arguments, form in [
        ((basic(client_id, SECRET),), {}),
        ((), {"client_id": client_id, "client_secret": SECRET}),
    ]:
        with pytest.raises(InvalidClient):
            authenticate(*arguments, **form)


@pytest.mark.parametrize("client_id", ["x" * 256, "\0", "a\nb", "\u00e9", ""])
def test_no_store_is_asked_for_a_client_id_that_cannot_be_one(client_id):
    """A key of any length or character would be the store's fault to find."""
    clients = Clients(SERVICE)
    with pytest.raises(InvalidClient):
        authenticate_client(None, {"client_id": client_id, "client_secret": "x"}, clients, NOW)
    assert clients.asked_for == []


def test_a_client_id_of_255_characters_is_asked_for():
    clients = Clients(replace(SERVICE, client_id="x" * 255))
    authenticate_client(None, {"client_id": "x" * 255, "client_secret": SECRET}, clients, NOW)
    assert clients.asked_for == ["x" * 255]


class World:
    """Authenticates with a count of failures, as an endpoint does."""

    def __init__(self, failures=None):
        self.failures = failures or Attempts()
        self.authentication = ClientAuthentication(clients=Clients(SERVICE, APP, DISABLED), failures=self.failures)

    def __call__(self, secret, *, client_id="c_service", address="192.0.2.7"):
        form = {"client_id": client_id, **({} if secret is None else {"client_secret": secret})}
        return self.authentication.authenticate(None, form, address=address, now=NOW)

    def fail(self, times, **where):
        for _ in range(times):
            with pytest.raises(InvalidClient):
                self("wrong", **where)


class NoAttempts(Attempts):
    """A table that cannot be reached."""

    def count(self, key, now, *, free):  # noqa: ARG002
        raise TemporarilyUnavailable("no table")


class TimedAttempts(Attempts):
    """Remembers when each was counted."""

    def __init__(self):
        super().__init__()
        self.times = []

    def count(self, key, now, *, free):
        self.times.append(now)
        super().count(key, now, free=free)


def test_an_endpoint_takes_the_secret_from_the_header_as_well():
    """RFC 6749 §2.3.1"""
    world = World()
    assert world.authentication.authenticate(basic("c_service", SECRET), {}, address="", now=NOW) == SERVICE
    with pytest.raises(InvalidClient):
        world.authentication.authenticate(basic("c_service", "wrong"), {}, address="", now=NOW)
    assert sum(world.failures.counts.values()) == 1


@pytest.mark.attack("ATK-134")
def test_an_endpoint_takes_a_secret_until_it_expires():
    secret = ClientSecret(sha256=hash_secret(SECRET), created_at=0, expires_at=NOW)
    client = replace(SERVICE, secrets=(secret,))
    authentication = ClientAuthentication(clients=Clients(client), failures=Attempts())
    form = {"client_id": "c_service", "client_secret": SECRET}
    assert authentication.authenticate(None, form, address="", now=NOW - 1) == client
    with pytest.raises(InvalidClient):
        authentication.authenticate(None, form, address="", now=NOW)


def test_after_ten_wrong_secrets_from_one_address_the_client_has_to_wait_there():
    """RFC 6749 §2.3.1: an endpoint that takes a secret is protected against brute force."""
    world = World()
    world.fail(10)
    with pytest.raises(TooManyAttempts) as throttled:
        world("wrong")
    assert throttled.value.named == {"client_id": "c_service"}


def test_who_is_wrong_keeps_nobody_else_waiting():
    """Neither the client's owner nor another client at the same address can be locked out."""
    world = World()
    world.fail(10)
    assert world(SECRET) == SERVICE
    world.fail(1, address="192.0.2.8")
    world.fail(1, client_id="c_disabled")


def test_all_addresses_of_one_ipv6_network_wait_together():
    """RFC 4291 §2.5.1"""
    world = World()
    for host in range(10):
        world.fail(1, address=f"2001:db8::{host}")
    with pytest.raises(TooManyAttempts):
        world("wrong", address="2001:db8::ffff")


def test_only_a_wrong_secret_is_counted():
    world = World()
    world(SECRET)
    world(None, client_id="c_app")
    with pytest.raises(InvalidClient):
        world(None)
    assert world.failures.counts == {}


def test_a_failure_is_counted_at_its_time_under_what_names_neither_client_nor_address():
    """The key stands in the table: it must not tell who called."""
    failures = TimedAttempts()
    World(failures).fail(1)
    assert failures.times == [NOW]
    assert list(failures.counts) == [hashlib.sha256(b"c_service\x00192.0.2.7").hexdigest()]


def test_a_wrong_secret_that_cannot_be_counted_is_wrong_all_the_same():
    World(NoAttempts()).fail(1)


def test_an_empty_secret_is_no_proof():
    """A parameter without a value counts as one that was left out. RFC 6749 §3.2"""
    client = replace(SERVICE, client_id="c", secrets=(ClientSecret(sha256=hash_secret(""), created_at=NOW),))
    with pytest.raises(InvalidClient):
        authenticate(basic("c", ""), client)
