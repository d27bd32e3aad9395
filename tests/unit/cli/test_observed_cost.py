"""A line of the log is paid for as what it tells of."""

from __future__ import annotations

import pytest

from gatelet.handlers import ENDPOINTS
from gatelet_cli.costs.month import SECONDS, Usage, standing
from gatelet_cli.costs.observed import observed, step_of
from gatelet_cli.costs.operations import AUTHORIZED_CALL, MACHINE_TOKEN, PASSWORD, REFRESH, SIGN_IN, SINGLE_SIGN_ON
from gatelet_cli.costs.prices import price_list

PRICES = price_list().prices


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ({"operation": "token", "grant_type": "client_credentials"}, MACHINE_TOKEN.steps[0]),
        ({"operation": "token", "grant_type": "refresh_token"}, REFRESH.steps[0]),
        ({"operation": "token", "grant_type": "password"}, PASSWORD.steps[0]),
        ({"operation": "token", "grant_type": "authorization_code"}, SIGN_IN.steps[4]),
        ({"operation": "authorize", "path": "/login"}, SIGN_IN.steps[1]),
        ({"operation": "authorize", "path": "/oauth2/authorize"}, SIGN_IN.steps[2]),
        ({"operation": "authorize", "path": "/consent", "events": ["code.issued"]}, SIGN_IN.steps[3]),
        ({"operation": "authorize", "path": "/oauth2/authorize", "events": ["code.issued"]}, SINGLE_SIGN_ON.steps[0]),
        ({"operation": "authorizer", "route": "GET /orders"}, AUTHORIZED_CALL.steps[0]),
    ],
)
def test_a_line_is_the_step_that_makes_the_same_calls(line, step):
    assert step_of(line) == step


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_endpoint_is_paid_for_as_its_own_function(endpoint):
    assert step_of({"operation": endpoint.function, "path": endpoint.path}).function == endpoint.function


def test_a_request_is_paid_for_as_long_as_it_took_and_as_often_as_it_stands_for():
    def bill(*requests):
        return observed(requests, 86_400, PRICES)

    line = {"operation": "token", "grant_type": "client_credentials"}
    idle, quick, slow = (
        bill(),
        bill(({**line, "duration_ms": 1.2}, 600, 1)),
        bill(({**line, "duration_ms": 102}, 600, 1)),
    )
    assert idle.total == pytest.approx(standing(Usage(protected_apis=0), PRICES).total * 86_400 / SECONDS)
    assert slow.functions - quick.functions == pytest.approx(0.1 * PRICES.lambda_gb_second)
    many = bill(({**line, "duration_ms": 1.2}, 600, 1000))
    assert many.total - idle.total == pytest.approx(1000 * (quick.total - idle.total))
