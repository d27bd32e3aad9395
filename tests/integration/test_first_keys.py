"""The first keys of a stack, made when CloudFormation says so. AWS CloudFormation user guide, custom resources"""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from gatelet.handlers.rotate_keys import answer_stack
from tests.integration.aws_wire import Killed, access_denied, killed_after, throttled
from tests.integration.stack import FIRST_KEYS


@pytest.fixture
def create(bare_deployment):
    """Send an event of CloudFormation and return the document that it is answered with."""

    def create(kind: str = "Create", **more) -> Any:
        answers: list[Any] = []
        bare_deployment.rotate_keys(
            {**FIRST_KEYS, "RequestType": kind, **more}, lambda _url, document: answers.append(document)
        )
        (document,) = answers
        return document

    return create


def both_documents(stack) -> list[Any]:
    return [stack.secret_document(name) for name in ("signing_secret", "grant_secret")]


def published(stack) -> list[Any]:
    (item,) = [item for item in stack.items("keys") if item["sk"]["S"] == "signing"]
    keys: list[Any] = json.loads(item["jwks"]["S"])
    return keys


def test_create_makes_keys_for_both_secrets(bare_deployment, create):
    assert create()["Status"] == "SUCCESS"

    signing, grant = both_documents(bare_deployment)
    assert (signing["version"], list(signing["rings"])) == (1, ["ES256"])
    assert (grant["version"], list(grant["rings"])) == (1, ["HMAC"])
    assert len(published(bare_deployment)) == 2


def test_there_are_keys_before_the_first_request(bare_deployment, create):
    """Routes depend on the resource, so that nobody is answered without."""
    before = bare_deployment.request("/.well-known/jwks.json", method="GET")
    create()
    after = bare_deployment.request("/.well-known/jwks.json", method="GET")

    assert (before.status, after.status) == (503, 200)


def test_the_answer_names_the_request(create):
    document = create()

    assert document == {
        "Status": "SUCCESS",
        "PhysicalResourceId": "first-keys",
        "StackId": FIRST_KEYS["StackId"],
        "RequestId": FIRST_KEYS["RequestId"],
        "LogicalResourceId": FIRST_KEYS["LogicalResourceId"],
    }


def test_create_again_changes_nothing(bare_deployment, create):
    create()
    before = both_documents(bare_deployment), bare_deployment.items("keys")
    bare_deployment.clock.advance(86_400)

    assert create()["Status"] == "SUCCESS"

    assert (both_documents(bare_deployment), bare_deployment.items("keys")) == before


@pytest.mark.parametrize("kind", ["Update", "Delete"])
def test_update_and_delete_change_nothing(bare_deployment, create, kind):
    """Keys outlive the resource: a stack that is rolled back must not sign everybody out."""
    assert create(kind, PhysicalResourceId="first-keys")["Status"] == "SUCCESS"
    assert both_documents(bare_deployment)[0] == {"version": 0, "placeholder": "x"}
    create()
    before = both_documents(bare_deployment), bare_deployment.items("keys")

    assert create(kind, PhysicalResourceId="first-keys")["PhysicalResourceId"] == "first-keys"

    assert (both_documents(bare_deployment), bare_deployment.items("keys")) == before


def test_only_what_is_missing_is_made(bare_deployment, create):
    create()
    signing, _ = both_documents(bare_deployment)
    _empty(bare_deployment, "grant_secret")

    assert create()["Status"] == "SUCCESS"

    assert both_documents(bare_deployment)[0] == signing
    assert both_documents(bare_deployment)[1]["rings"]


def _empty(stack, name: str) -> None:
    stack.put_secret(name, '{"version":0}')
    stack.dynamodb.delete_item(TableName="keys", Key={"pk": {"S": "KEYS"}, "sk": {"S": name.removesuffix("_secret")}})


@pytest.mark.parametrize("fault", [throttled, access_denied])
@pytest.mark.parametrize("position", range(0, 12, 3))
def test_a_failure_is_told_with_a_reason_and_without_a_key(bare_deployment, create, fault, position, log):
    """Or CloudFormation would wait for an hour."""
    bare_deployment.wire.clear()
    bare_deployment.wire.fail(fault, lambda call: call.position >= position)

    document = create()

    assert document["Status"] == "FAILED"
    assert 0 < len(document["Reason"]) < 300
    assert "material" not in json.dumps(document)
    assert log.lines[-1]["outcome"] == "failed"
    bare_deployment.wire.clear()
    _no_key_material(bare_deployment, log.text + json.dumps(document))


def _no_key_material(stack, text: str) -> None:
    for name in ("signing_secret", "grant_secret"):
        versions = stack.secretsmanager.list_secret_version_ids(
            SecretId=getattr(stack.settings, name), IncludeDeprecated=True
        )["Versions"]
        for version in versions:
            answer = stack.secretsmanager.get_secret_value(
                SecretId=getattr(stack.settings, name), VersionId=version["VersionId"]
            )
            for ring in json.loads(answer["SecretString"]).get("rings", {}).values():
                for key in (ring["current"], ring["next"]):
                    material = key["material"]
                    assert material.get("d", material.get("k")) not in text


@pytest.mark.parametrize("position", range(26))
def test_a_container_that_dies_half_way_is_made_up_for(bare_deployment, create, position):
    """Lambda invokes again after a timeout; then everything is there, and it worked."""
    bare_deployment.wire.clear()
    bare_deployment.wire.fail(killed_after, lambda call: call.position == position)
    with contextlib.suppress(Killed):
        create()
    bare_deployment.wire.clear()
    bare_deployment.restart()

    assert create()["Status"] == "SUCCESS"

    signing, grant = both_documents(bare_deployment)
    assert set(signing["rings"]) == {"ES256"}
    assert set(grant["rings"]) == {"HMAC"}
    kids = {signing["rings"]["ES256"][name]["kid"] for name in ("current", "next")}
    assert kids <= {key["kid"] for key in published(bare_deployment)}


def test_the_answer_is_put_where_cloudformation_waits():
    """With an empty content type, as the signature of its URL wants it."""
    received: list[tuple[str, str, str, Any]] = []

    class Waiting(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((self.command, self.path, self.headers["content-type"], json.loads(body)))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the standard library
            pass

    with HTTPServer(("127.0.0.1", 0), Waiting) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        answer_stack(f"http://127.0.0.1:{server.server_port}/answer?signature=x", {"Status": "SUCCESS"})
        thread.join(5)

    assert received == [("PUT", "/answer?signature=x", "", {"Status": "SUCCESS"})]
