"""Whom the transport talks to: the certificate, the host name and the protocol are checked before anything is sent."""

from __future__ import annotations

import shutil
import ssl
import warnings
from typing import Any

import pytest

from gatelet.aws.trust import tls_context
from gatelet.oauth.errors import TemporarilyUnavailable
from tests.unit.aws.certificates import Authority
from tests.unit.aws.stub_aws import StubAws, reply
from tests.unit.aws.transport import Transport

ANSWER = reply(200, {"Item": {}})
HASH_OF_AUTHORITY = "aabdaf6b.0"
"""As `openssl x509 -hash` says it of the name `CN=authority`."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"), "stranger")


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_host_of_a_trusted_authority_is_called_over_one_connection(authority, variable):
    with StubAws(ANSWER, tls=authority.server()) as stub:
        transport = Transport(stub)
        transport.environ[variable] = str(authority.certificate)
        for _ in range(3):
            assert transport.get() == {"Item": {}}

        assert (len(stub.requests), stub.connections) == (3, 1)


def test_an_idle_connection_whose_session_tickets_came_late_is_still_good(authority):
    """RFC 8446 §4.6.1: after the handshake the server sends what is no data."""
    with StubAws(ANSWER, tls=authority.server()) as stub:
        transport = Transport(stub, AWS_CA_BUNDLE=str(authority.certificate))
        channel: Any = transport.connection._dynamodb._line
        channel._open()

        assert transport.get() == {"Item": {}}
        assert stub.connections == 1


def test_a_connection_that_was_closed_is_opened_anew(authority):
    with StubAws(ANSWER, tls=authority.server()) as stub:
        transport = Transport(stub, AWS_CA_BUNDLE=str(authority.certificate))
        transport.get()
        stub.hang_up()

        assert transport.get() == {"Item": {}}
        assert (len(stub.requests), transport.pauses) == (2, [])


def test_a_certificate_of_somebody_else_is_refused(authority, stranger):
    with StubAws(ANSWER, tls=stranger.server()) as stub:
        transport = Transport(stub, AWS_CA_BUNDLE=str(authority.certificate))
        with pytest.raises(TemporarilyUnavailable, match="SSLCertVerificationError"):
            transport.get()

        assert stub.requests == []


def test_a_certificate_that_only_a_test_trusts_is_refused_by_the_systems_store(authority):
    with StubAws(ANSWER, tls=authority.server()) as stub:
        transport = Transport(stub)
        with pytest.raises(TemporarilyUnavailable, match="SSLCertVerificationError"):
            transport.get()

        assert stub.requests == []


def test_the_certificate_of_another_host_is_refused(authority):
    with StubAws(ANSWER, tls=authority.server("dynamodb.example")) as stub:
        transport = Transport(stub, AWS_CA_BUNDLE=str(authority.certificate))
        with pytest.raises(TemporarilyUnavailable, match="SSLCertVerificationError"):
            transport.get()

        assert stub.requests == []


def test_nothing_is_sent_in_clear_to_a_server_that_speaks_no_tls(authority):
    with StubAws(ANSWER) as stub:
        url = stub.url.replace("http:", "https:")
        transport = Transport(stub, AWS_ENDPOINT_URL=url, AWS_CA_BUNDLE=str(authority.certificate), deadline=0.4)
        with pytest.raises(TemporarilyUnavailable):
            transport.get()

        assert stub.requests == []


def test_tls_1_1_is_refused(authority):
    server = authority.server()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        server.minimum_version = ssl.TLSVersion.TLSv1
        server.maximum_version = ssl.TLSVersion.TLSv1_1
    server.set_ciphers("ALL:@SECLEVEL=0")
    with StubAws(ANSWER, tls=server) as stub:
        transport = Transport(stub, AWS_CA_BUNDLE=str(authority.certificate))
        with pytest.raises(TemporarilyUnavailable):
            transport.get()

        assert stub.requests == []


def test_the_context_checks_certificate_and_name():
    context = tls_context({})

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.fixture
def hashed_store(authority, tmp_path):
    """Make a directory as the system's: each authority under the hash of its name, ours among them."""
    for number in range(60):
        (tmp_path / f"{number:08x}.0").write_text("")
    shutil.copy(authority.certificate, tmp_path / HASH_OF_AUTHORITY)
    return tmp_path


def test_a_directory_of_hashed_names_is_read_when_a_certificate_needs_it(authority, hashed_store):
    """No authority is read before the first handshake: a bundle of all of them costs 20 ms."""
    context = tls_context({}, (str(hashed_store / "missing"), str(hashed_store)))
    assert context.cert_store_stats()["x509_ca"] == 0

    with StubAws(ANSWER, tls=authority.server()) as stub:
        assert Transport(stub, SSL_CERT_DIR=str(hashed_store)).get() == {"Item": {}}
        (hashed_store / HASH_OF_AUTHORITY).unlink()
        with pytest.raises(TemporarilyUnavailable):
            Transport(stub, SSL_CERT_DIR=str(hashed_store)).get()


def test_a_directory_with_a_few_hashed_names_is_not_the_systems_store(tmp_path):
    (tmp_path / "0a0a0a0a.0").write_text("")

    assert tls_context({}, (str(tmp_path),)).cert_store_stats()["x509_ca"] > 50
