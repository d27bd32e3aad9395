"""The wheel is all that somebody else needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import uv

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = """
import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway, aws_apigatewayv2_integrations as integrations
from gatelet_cdk import AuthorizationServer

app = cdk.App()
stack = cdk.Stack(app, "Shop")
backend = integrations.HttpUrlIntegration("Backend", "https://backend.example")
orders = AuthorizationServer(stack, "Login").protect(
    "OrdersAccess", audience="https://orders.example", http_api=apigateway.HttpApi(stack, "Orders"))
orders.add_route("GET /orders", integration=backend, scope="orders:read")
app.synth()
"""


def test_the_wheel_in_a_bare_environment_elsewhere_synthesizes_a_ten_line_app(tmp_path):
    def run(*command, **environment):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        subprocess.run(command, check=True, cwd=tmp_path, env={**inherited, **environment}, stderr=subprocess.PIPE)

    pip = (uv.find_uv_bin(), "pip", "install", "--quiet", "--python", "bare")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        check=True,
        cwd=ROOT,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    run(uv.find_uv_bin(), "venv", "--quiet", "--no-project", "--python", sys.executable, "bare")
    run(*pip, f"gatelet[cdk] @ {wheel.as_uri()}", "--constraint", str(ROOT / "requirements" / "development.lock"))
    (tmp_path / "app.py").write_text(APPLICATION)
    # Such an application is validated elsewhere: examples/protect_your_api, by the tests of the documentation.
    run("bare/bin/python", "app.py", CDK_OUTDIR="out", CDK_VALIDATION="false")

    template = json.loads((tmp_path / "out" / "Shop.template.json").read_text())
    routes = [each["Properties"] for each in template["Resources"].values() if each["Type"].endswith("::Route")]
    assert {"GET /orders", "ANY /oauth2/token"} <= {route["RouteKey"] for route in routes}
    (handlers,) = (tmp_path / "out").glob("asset.*/gatelet/handlers")
    assert (handlers / "token.py").exists()
    assert (handlers.parent.parent / "cryptography").is_dir()
