"""What the documentation says is what the code does."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.generate import GENERATED, regenerate
from gatelet.handlers import authorizer
from gatelet.handlers.audit_event import Event
from gatelet.oauth import errors
from gatelet.oauth.access_token import AccessToken, VerifiedToken
from gatelet.oauth.errors import OAuthError
from gatelet.oauth.metadata import ID_TOKEN_CLAIMS
from gatelet_cli.operator_event import OperatorEvent
from tests.integration.sign_in_calls import CALLS, WHOLE, writes_and_reads

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (".", ".github", "bench", "docs", "examples", "examples/spa")
DOCUMENTS = sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.md"))
LINK = re.compile(r"\]\((?!#)(?P<target>[^)#\s]+)(#[^)]*)?\)")
ANCHOR = re.compile(r"\]\((?P<target>[^)#\s]*)#(?P<anchor>[^)]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
URL = re.compile(r"https?://(?P<host>[\w.-]+)")
OWN_HOST = re.compile(r"127\.0\.0\.1|localhost|[\w.-]+\.example")
CLAIMS = AccessToken(
    iss="https://auth.example",
    sub="u_alice",
    aud="https://orders.example",
    exp=900,
    iat=0,
    jti="jti",
    client_id="c_service",
    scope=("orders:read",),
    gid="gid",
    auth_time=0,
    acr="1",
    roles=("clerk",),
)


def text(name: str) -> str:
    return (ROOT / name).read_text()


def first_cells(document: str, heading: str) -> set[str]:
    """Return what the first column of the table below a heading names in code."""
    section = document.partition(f"# {heading}\n")[2].partition("\n#")[0]
    return set(re.findall(r"^\| `([^`]+)`", section, re.MULTILINE))


def in_words(calls: list[str]) -> str:
    times = {call: calls.count(call) for call in calls}
    return ", ".join(f"`{call}`" + (f" {n} times" if n > 1 else "") for call, n in times.items()) or "none"


@pytest.fixture(scope="module")
def protected_api(tmp_path_factory):
    """Synthesize the example that protects an API of its own, without building the bundle."""
    folder = tmp_path_factory.mktemp("assembly")
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(folder),
        "CDK_CONTEXT_JSON": json.dumps({"aws:cdk:bundling-stacks": []}),
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }
    example = ROOT / "examples" / "protect_your_api"
    subprocess.run([sys.executable, "app.py"], cwd=example, env=environment, check=True, capture_output=True)
    return json.loads((folder / "Shop.template.json").read_text())["Resources"]


@pytest.mark.parametrize("document", GENERATED, ids=lambda path: path.name)
def test_the_generated_parts_are_up_to_date(document):
    assert document.read_text() == regenerate(document.read_text()), "run .venv/bin/python -m docs.generate"


def test_the_example_in_the_readme_protects_its_route(protected_api):
    routes = {
        resource["Properties"]["RouteKey"]: resource["Properties"]
        for resource in protected_api.values()
        if resource["Type"] == "AWS::ApiGatewayV2::Route"
    }
    assert routes["GET /orders"]["AuthorizationType"] == "CUSTOM"
    assert "AuthorizerId" in routes["GET /orders"]


def test_every_alarm_of_the_example_is_paid_for(protected_api):
    alarms = [name for name, resource in protected_api.items() if resource["Type"] == "AWS::CloudWatch::Alarm"]
    of_the_api, of_the_server = (
        [name for name in alarms if name.startswith(f"{path}Alarms")] for path in ("ApiAccess", "Auth")
    )
    assert (len(of_the_server), len(of_the_api)) == (11, 2), "README.md says what they cost"


def test_every_error_is_explained():
    known = {kind.error for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OAuthError)}
    explained = set(re.findall(r"^\|(?: \d+ \|)? `(\w+)`", text("docs/errors.md"), re.MULTILINE))
    assert explained == known


def test_every_event_of_the_audit_trail_is_explained():
    document = text("docs/audit.md")
    assert first_cells(document, "Events") == set(Event)
    assert first_cells(document, "Actions of operators") == set(OperatorEvent)


def test_the_names_that_an_api_sees_of_its_caller_are_those_of_the_authorizer():
    context = authorizer._context(VerifiedToken(claims=CLAIMS, kid="kid"))
    assert first_cells(text("README.md"), "What your API sees of the caller") == set(context)


def test_every_claim_is_explained():
    rows = re.findall(r"^\| (`.+?`) \| .* \| (?:always|with a user.*) \|$", text("docs/tokens.md"), re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"\w+", row)}
    assert explained == set(AccessToken._fields)


def test_every_claim_of_an_id_token_is_explained():
    section = text("docs/tokens.md").partition("## ID tokens\n")[2].partition("\n| scope |")[0]
    cells = re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE)
    assert {name for cell in cells for name in re.findall(r"\w+", cell)} == set(ID_TOKEN_CLAIMS)


def test_the_calls_of_a_sign_in_are_those_that_its_tests_count():
    section = text("docs/architecture.md").partition("### What it costs\n")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| (.+) \| (\d+) \| (\d+) \| (.+) \|$", section, re.MULTILINE)
    counted = [(step, *map(str, writes_and_reads(calls)), in_words(calls)) for step, calls in CALLS.items()]
    assert listed == counted
    writes, reads = writes_and_reads([call for step in WHOLE for call in CALLS[step]])
    assert f"{writes} writes and {reads} reads" in text("docs/architecture.md")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
class TestDocument:
    def test_its_links_lead_somewhere(self, document):
        targets = [link["target"] for link in LINK.finditer(document.read_text())]
        assert [target for target in targets if not (document.parent / target).exists()] == []

    def test_its_anchors_are_headings(self, document):
        for link in ANCHOR.finditer(document.read_text()):
            target = (document.parent / link["target"]) if link["target"] else document
            headings = {
                re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in HEADING.findall(target.read_text())
            }
            assert link["anchor"] in headings

    def test_its_python_is_python(self, document):
        for code in PYTHON.findall(document.read_text()):
            ast.parse(code)

    def test_it_names_no_address_of_anybody(self, document):
        assert [url[0] for url in URL.finditer(document.read_text()) if not OWN_HOST.fullmatch(url["host"])] == []
