"""Two lines protect a route of one's own."""

from __future__ import annotations

import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations

from gatelet_cdk import AuthorizationServer, RouteError
from tests.infra.cloudformation import referred, strings

AUDIENCE = "https://orders.example"


@pytest.fixture
def backend():
    return integrations.HttpUrlIntegration("Backend", "https://backend.orders.example")


@pytest.fixture
def http_api(stack):
    return apigateway.HttpApi(stack, "Orders")


@pytest.fixture
def rest_api(stack):
    return rest.RestApi(stack, "Reports", cloud_watch_role=False)


@pytest.fixture
def orders(server, http_api):
    return server.protect("OrdersAccess", audience=AUDIENCE, http_api=http_api)


def routes(template):
    return json.loads(template.functions()["authorizer"].properties["Environment"]["Variables"]["GATELET_ROUTES"])


def test_a_route_asks_for_its_scope(orders, stack, synthesize, backend):
    orders.add_route("GET /orders", integration=backend, scope="orders:read")
    orders.add_route("POST /orders/{id}", integration=backend, scope="orders:read  orders:write", sensitive=True)
    template = synthesize(stack)
    assert routes(template) == {
        "GET /orders": {"scope": "orders:read"},
        "POST /orders/{id}": {"scope": "orders:read orders:write", "sensitive": True},
    }
    authorizer = template.only("ApiGatewayV2::Authorizer").id
    guarded = [each.properties for each in template.of("ApiGatewayV2::Route") if "AuthorizerId" in each.properties]
    assert {route["RouteKey"] for route in guarded} == {"GET /orders", "POST /orders/{id}"}
    assert {referred(route["AuthorizerId"]) for route in guarded} == {authorizer}


@pytest.mark.attack("ATK-055")
def test_no_answer_of_the_authorizer_is_remembered_for_another_request(orders, stack, synthesize, backend):
    orders.add_route("GET /orders", integration=backend, scope="orders:read")
    properties = synthesize(stack).only("ApiGatewayV2::Authorizer").properties
    assert properties["AuthorizerResultTtlInSeconds"] == 0
    assert properties["EnableSimpleResponses"] is True
    assert properties["AuthorizerPayloadFormatVersion"] == "2.0"
    assert properties["IdentitySource"] == ["$request.header.Authorization"]


@pytest.mark.attack("ATK-375")
def test_only_this_authorizer_of_this_api_may_call_the_function(orders, http_api, stack, synthesize, backend):
    orders.add_route("GET /orders", integration=backend, scope="orders:read")
    template = synthesize(stack)
    function = template.functions()["authorizer"].id
    (permission,) = [
        each.properties
        for each in template.of("Lambda::Permission")
        if referred(each.properties["FunctionName"]) == function
    ]
    assert strings(permission["SourceArn"])[-3:] == [
        "/authorizers/",
        "Ref",
        template.only("ApiGatewayV2::Authorizer").id,
    ]
    assert stack.get_logical_id(http_api.node.default_child) in strings(permission["SourceArn"])


def test_the_authorizer_waits_for_the_first_keys(orders, stack, synthesize, backend):
    orders.add_route("GET /orders", integration=backend, scope="orders:read")
    template = synthesize(stack)
    assert template.only("CloudFormation::CustomResource").id in template.functions()["authorizer"].whole["DependsOn"]


def test_concurrency_can_be_kept_for_an_authorizer(server, http_api, stack, synthesize, backend):
    api = server.protect("Access", audience=AUDIENCE, http_api=http_api, reserved_concurrency=50)
    api.add_route("GET /orders", integration=backend, scope="orders:read")
    assert synthesize(stack).functions()["authorizer"].properties["ReservedConcurrentExecutions"] == 50


@pytest.mark.parametrize("route_key", ["ANY /orders", "/orders", "GET", "GET orders", "get /orders", "$default", ""])
def test_a_route_that_names_no_method_and_path_is_refused(orders, route_key, backend):
    with pytest.raises(RouteError):
        orders.add_route(route_key, integration=backend, scope="orders:read")


def test_a_route_for_every_method_is_told_to_name_them(orders, backend):
    with pytest.raises(RouteError, match="names its methods"):
        orders.add_route("ANY /orders", integration=backend, scope="orders:read")


@pytest.mark.parametrize("scope", ["", "  ", 'a"b', "a\\b", "größe"])
def test_a_route_without_a_proper_scope_is_refused(orders, scope, backend):
    with pytest.raises(RouteError, match="scope"):
        orders.add_route("GET /orders", integration=backend, scope=scope)


def test_a_route_is_protected_once(orders, backend):
    orders.add_route("GET /orders", integration=backend, scope="orders:read")
    with pytest.raises(RouteError, match="already"):
        orders.add_route("GET /orders", integration=backend, scope="orders:write")


def test_more_routes_than_an_environment_holds_are_refused(orders, backend):
    def add_many():
        for number in range(100):
            orders.add_route(f"GET /orders/{number:020}", integration=backend, scope="orders:read")

    with pytest.raises(RouteError, match="3072"):
        add_many()
    assert 50 < len(orders.routes) < 60


@pytest.mark.usefixtures("orders")
def test_a_protected_api_without_routes_is_a_mistake(stack):
    with pytest.raises(RuntimeError, match="has no route"):
        cdk.assertions.Template.from_stack(stack)


def test_a_rest_api_asks_for_one_scope_where_its_authorizer_sees_no_route(server, rest_api, stack, synthesize):
    reports = server.protect_rest_api(
        "Access", audience="https://reports.example", rest_api=rest_api, scope="reports:read"
    )
    reports.add_method(rest_api.root.add_resource("reports"), "GET", integration=rest.MockIntegration())
    template = synthesize(stack)
    authorizer = template.only("ApiGateway::Authorizer")
    assert authorizer.properties["Type"] == "TOKEN"
    assert authorizer.properties["AuthorizerResultTtlInSeconds"] == 0
    assert authorizer.properties["IdentitySource"] == "method.request.header.Authorization"
    assert routes(template) == {"*": {"scope": "reports:read"}}
    method = template.only("ApiGateway::Method").properties
    assert (method["AuthorizationType"], referred(method["AuthorizerId"])) == ("CUSTOM", authorizer.id)


def test_a_rest_api_asks_for_a_scope_of_each_method_where_its_authorizer_sees_the_route(
    server, rest_api, stack, synthesize
):
    reports = server.protect_rest_routes("Access", audience="https://reports.example", rest_api=rest_api)
    resource = rest_api.root.add_resource("reports").add_resource("{year}")
    reports.add_method(resource, "GET", integration=rest.MockIntegration(), scope="reports:read", sensitive=True)
    template = synthesize(stack)
    authorizer = template.only("ApiGateway::Authorizer").properties
    assert (authorizer["Type"], authorizer["AuthorizerResultTtlInSeconds"]) == ("REQUEST", 0)
    assert routes(template) == {"GET /reports/{year}": {"scope": "reports:read", "sensitive": True}}
    with pytest.raises(RouteError, match="names its methods"):
        reports.add_method(resource, "ANY", integration=rest.MockIntegration(), scope="reports:read")


def test_an_api_of_another_stack_can_be_protected(unbundled, synthesize, backend):
    app = cdk.App(context=unbundled)
    server = AuthorizationServer(cdk.Stack(app, "Login"), "Gatelet")
    shop = cdk.Stack(app, "Shop")
    api = server.protect("Access", audience=AUDIENCE, http_api=apigateway.HttpApi(shop, "Orders"))
    api.add_route("GET /orders", integration=backend, scope="orders:read")
    template = synthesize(shop)
    authorizer = template.functions()["authorizer"].properties
    environment = authorizer["Environment"]["Variables"]
    assert environment["GATELET_ISSUER"] == {"Fn::ImportValue": "Login-GateletIssuer"}
    assert "Fn::ImportValue" in environment["GATELET_KEYS_TABLE"]
    assert "Fn::ImportValue" in authorizer["LoggingConfig"]["LogGroup"]
    assert template.of("Logs::LogGroup") == []
