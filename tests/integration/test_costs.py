"""The numbers that `gatelet cost` calculates with are counted and measured here."""

from __future__ import annotations

import json

import pytest

from gatelet_cli.costs.operations import (
    AUTHORIZED_CALL,
    MACHINE_TOKEN,
    PASSWORD,
    REFRESH,
    REVOCATION,
    SIGN_IN,
    SINGLE_SIGN_ON,
)
from tests.integration.visitor import Visitor, answer_to_client, redeem, request_for

KILOBYTE = 1024


@pytest.fixture
def warm(deployment, web, service, legacy, secret, tokens, wire, clock):
    """Let the containers remember what they may; then count from 0."""
    clock.advance(100)
    deployment.token(service, secret, grant_type="client_credentials")
    deployment.refresh(legacy, secret, "gr1_x")
    deployment.token(legacy, secret, grant_type="password", username="nobody", password="x")
    deployment.revoke(legacy, secret, token="gr1_x")
    deployment.authorize(tokens["access_token"])
    somebody = Visitor(deployment)
    redeem(deployment, web, somebody.code(web))
    deployment.server("authorize").consents.forget("u_alice", "c_web")
    wire.clear()
    return wire


@pytest.fixture
def perform(warm, log):
    """Do the steps of an operation one after the other, and return the calls of each and its line in the log."""

    def perform(*steps):
        done = []
        for step in steps:
            warm.clear()
            log.clear()
            step()
            (line,) = [line for line in log.text.splitlines() if '"outcome"' in line]
            done.append((tuple(warm.names), len(line.encode())))
        return done

    return perform


def agree(operation, done):
    """Require that an operation makes the calls that are paid for, and writes no more than is paid for."""
    assert [calls for calls, _ in done] == [step.calls for step in operation.steps]
    for (_, length), step in zip(done, operation.steps, strict=True):
        assert length <= step.log_bytes, f"{operation.name}: a line of {length} bytes"


def test_a_machines_token(deployment, service, secret, perform):
    agree(MACHINE_TOKEN, perform(lambda: deployment.token(service, secret, grant_type="client_credentials")))


def test_a_refresh(deployment, legacy, secret, tokens, perform):
    agree(REFRESH, perform(lambda: deployment.refresh(legacy, secret, tokens["refresh_token"])))


def test_a_password(deployment, legacy, secret, password, perform):
    form = {"grant_type": "password", "username": "alice", "password": password}
    agree(PASSWORD, perform(lambda: deployment.token(legacy, secret, **form)))


def test_an_authorized_call(deployment, tokens, perform):
    agree(AUTHORIZED_CALL, perform(lambda: deployment.authorize(tokens["access_token"])))


def test_a_revocation(deployment, legacy, secret, tokens, perform):
    agree(REVOCATION, perform(lambda: deployment.revoke(legacy, secret, token=tokens["refresh_token"])))


def test_a_sign_in_and_one_with_its_session(deployment, web, perform):
    visitor = Visitor(deployment)
    answers = []

    def ask():
        answers.append(visitor.open(request_for(web)))

    def log_in():
        answers.append(visitor.submit(answers[-1], username="alice", password="correct horse battery staple"))

    def go_on():
        answers.append(visitor.follow(answers[-1]))

    def consent():
        answers.append(visitor.submit(answers[-1], action="allow"))

    def to_tokens():
        assert redeem(deployment, web, answer_to_client(answers[-1])["code"]).status == 200

    agree(SIGN_IN, perform(ask, log_in, go_on, consent, to_tokens))
    agree(SINGLE_SIGN_ON, perform(ask, to_tokens))


def test_what_is_written_for_a_user_fits_the_units_that_are_paid_for(deployment, web, warm):
    """A write request unit is 1 KB, a read request unit 4 KB."""
    visitor = Visitor(deployment)
    redeem(deployment, web, visitor.code(web))
    written = [
        call.parameters["Item"] for call in warm.calls if call.operation == "PutItem" and "Item" in call.parameters
    ]
    assert written
    assert all(len(json.dumps(item)) < KILOBYTE for item in written)
