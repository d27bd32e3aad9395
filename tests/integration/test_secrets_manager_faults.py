"""An outage of Secrets Manager stops no warm container, and a cold one says so."""

from __future__ import annotations

import pytest

from tests.integration.aws_wire import access_denied, answer_lost, answers, internal_error, throttled, to, unreachable
from tests.integration.registered import ORDERS, SECRET, SERVICE
from tests.integration.stack import FIRST_KEYS

DAY = 86_400
FAULTS = [throttled, internal_error, unreachable, answer_lost, access_denied, answers(400, "DecryptionFailure")]
IDS = ["throttled", "internal error", "unreachable", "answer lost", "access denied", "key disabled"]


@pytest.fixture
def issue(deployment, service, secret):
    return lambda: deployment.token(service, secret, grant_type="client_credentials")


@pytest.fixture
def refresh(deployment, legacy, secret):
    return lambda token: deployment.refresh(legacy, secret, token)


@pytest.mark.attack("ATK-402")
@pytest.mark.attack("ATK-404")
@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_a_cold_container_asks_to_come_back(issue, wire, fault):
    """Nothing unsigned, nothing signed by anything else."""
    wire.fail(fault, to("GetSecretValue"))

    answer = issue()

    assert answer.error == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "2"


@pytest.mark.attack("ATK-402")
@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
@pytest.mark.parametrize("secret_name", ["signing_secret", "grant_secret"])
def test_a_cold_container_works_as_soon_as_it_can_read(issue, refresh, tokens, wire, clock, fault, secret_name):
    """`Retry-After` is a promise: two seconds later it is tried again."""
    wire.fail(fault, to(f"GetSecretValue {secret_name}"))
    assert refresh(tokens["refresh_token"]).status == 503
    wire.clear()
    clock.advance(2)

    assert refresh(tokens["refresh_token"]).status == 200
    assert issue().status == 200


def test_a_cold_container_works_as_soon_as_the_first_keys_are_made(bare_deployment):
    """It must not remember for a minute that there were none."""
    bare_deployment.put_client(SERVICE)
    bare_deployment.put_resource_server(ORDERS)

    def status():
        answer = bare_deployment.token(SERVICE, SECRET, grant_type="client_credentials")
        return answer.status

    assert status() == 503
    bare_deployment.rotate_keys(FIRST_KEYS)
    bare_deployment.clock.advance(2)

    assert status() == 200


@pytest.mark.attack("ATK-402")
@pytest.mark.parametrize("secret_name", ["signing_secret", "grant_secret"])
def test_a_refresh_that_cannot_be_signed_moves_nothing(deployment, refresh, tokens, wire, secret_name):
    """What can fail without the write is done before it."""
    before = deployment.grant()
    wire.fail(throttled, to(f"GetSecretValue {secret_name}"))

    assert refresh(tokens["refresh_token"]).error == (503, "temporarily_unavailable")

    wire.clear()
    assert deployment.grant() == before


@pytest.mark.attack("ATK-403")
@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_a_warm_container_goes_on_for_a_day_and_raises_an_alarm(issue, refresh, tokens, wire, clock, capsys, fault):
    issue()
    token = refresh(tokens["refresh_token"]).json["refresh_token"]
    wire.fail(fault, to("GetSecretValue"))
    for hours in (1, 10, 12):
        clock.advance(hours * 3600)
        capsys.readouterr()
        assert issue().status == 200
        answer = refresh(token)
        assert answer.status == 200
        token = answer.json["refresh_token"]
        assert '"SecretUnread"' in capsys.readouterr().out


@pytest.mark.attack("ATK-403")
def test_after_a_day_nothing_is_signed_with_keys_that_may_long_be_revoked(issue, wire, clock):
    issue()
    wire.fail(throttled, to("GetSecretValue"))

    for seconds in (DAY, 1, 1, 30, 60):
        clock.advance(seconds)
        assert issue().error == (503, "temporarily_unavailable")


def test_a_container_that_slept_for_a_day_works_as_soon_as_it_can_read(issue, wire, clock):
    """As a cold one: what it remembers is too old to be of use, so the next request tries again."""
    issue()
    clock.advance(DAY)
    wire.fail(throttled, to("GetSecretValue"))
    assert issue().error == (503, "temporarily_unavailable")
    wire.clear()
    clock.advance(2)

    assert issue().status == 200


@pytest.mark.attack("ATK-403")
def test_a_warm_container_reads_again_when_it_can(issue, wire, clock):
    issue()
    wire.fail(throttled, to("GetSecretValue"))
    clock.advance(DAY)
    assert issue().status == 503
    wire.clear()
    clock.advance(60)

    assert issue().status == 200


@pytest.mark.parametrize(
    "document", ["", "not json", "[]", '{"version":1,"rings":{"ES256":{}}}', '{"version":1,"rings":[]}']
)
def test_a_document_that_cannot_be_read_is_an_outage_and_no_crash(deployment, issue, clock, document):
    """Somebody edited the secret by hand."""
    assert issue().status == 200
    deployment.put_secret("signing_secret", document or " ")
    clock.advance(60)

    assert issue().status == 200
    deployment.restart()
    assert issue().error == (503, "temporarily_unavailable")


def test_unknown_key_ids_in_an_outage_cause_no_flood_of_reads(refresh, tokens, wire, clock):
    """Each would be waited for: anybody with a public client_id could hold every container."""
    refresh("warm")
    clock.advance(10)
    wire.clear()
    wire.fail(throttled, to("GetSecretValue grant_secret"))
    for number in range(20):
        refresh("gr1_" + f"{number:02d}" + tokens["refresh_token"][6:])

    assert wire.names.count("GetSecretValue grant_secret") <= 1


@pytest.mark.attack("ATK-402")
def test_revocation_needs_no_signing_secret(deployment, legacy, secret, tokens, wire):
    wire.fail(throttled, to("GetSecretValue signing_secret"))

    assert deployment.revoke(legacy, secret, token=tokens["refresh_token"]).status == 200
    assert deployment.revoke(legacy, secret, token=tokens["access_token"]).status == 200


@pytest.mark.attack("ATK-402")
def test_public_documents_need_no_secret(deployment, wire):
    wire.fail(throttled, to("GetSecretValue"))

    for path in ("/.well-known/openid-configuration", "/.well-known/jwks.json"):
        assert deployment.request(path, method="GET").status == 200
