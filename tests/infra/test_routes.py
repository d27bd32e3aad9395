"""The HTTP API and its routes."""

from __future__ import annotations

import json
import re

import aws_cdk as cdk
import pytest
from aws_cdk import aws_certificatemanager as acm

from gatelet.handlers import ENDPOINTS
from gatelet_cdk import AuthorizationServer, CustomDomain
from tests.infra.cloudformation import listed, referred, strings

PUBLIC = {f"ANY {endpoint.path}" for endpoint in ENDPOINTS}


def test_each_endpoint_is_one_route_of_its_function_that_answers_every_method(deployed):
    targets = {each.id: each.properties for each in deployed.of("ApiGatewayV2::Integration")}
    found = {}
    for route in deployed.of("ApiGatewayV2::Route"):
        integration = next(text for text in strings(route.properties["Target"]) if text in targets)
        found[route.properties["RouteKey"]] = referred(targets[integration]["IntegrationUri"])
    functions = deployed.functions()
    assert found == {f"ANY {endpoint.path}": functions[endpoint.function].id for endpoint in ENDPOINTS}


@pytest.mark.attack("ATK-383")
def test_every_route_that_is_not_public_has_the_authorizer(demonstrated):
    authorizer = demonstrated.only("ApiGatewayV2::Authorizer").id
    guarded = [
        route.properties
        for route in demonstrated.of("ApiGatewayV2::Route")
        if route.properties["RouteKey"] not in PUBLIC
    ]
    assert [route["RouteKey"] for route in guarded] == ["GET /whoami"]
    for route in guarded:
        assert route["AuthorizationType"] == "CUSTOM"
        assert referred(route["AuthorizerId"]) == authorizer


def test_a_request_finds_keys(demonstrated):
    first_keys = demonstrated.only("CloudFormation::CustomResource")
    assert referred(first_keys.properties["ServiceToken"]) == demonstrated.functions()["rotate_keys"].id
    assert first_keys.properties["ServiceTimeout"] == 300
    for route in demonstrated.of("ApiGatewayV2::Route"):
        assert first_keys.id in listed(route.whole["DependsOn"])


@pytest.mark.attack("ATK-353")
def test_the_api_sets_no_cors_headers_over_those_of_the_handlers(demonstrated):
    assert "CorsConfiguration" not in demonstrated.only("ApiGatewayV2::Api").properties


@pytest.mark.attack("ATK-366")
def test_the_access_log_holds_no_query_string_no_header_and_no_cookie(deployed):
    log_format = deployed.only("ApiGatewayV2::Stage").properties["AccessLogSettings"]["Format"]
    assert set(json.loads(log_format).values()) == {
        "$context.apiId",
        "$context.authorizer.error",
        "$context.identity.sourceIp",
        "$context.integrationErrorMessage",
        "$context.integrationLatency",
        "$context.protocol",
        "$context.requestId",
        "$context.requestTime",
        "$context.responseLatency",
        "$context.responseLength",
        "$context.routeKey",
        "$context.status",
    }


def test_every_log_is_kept_for_a_limited_time(demonstrated):
    assert {group.properties.get("RetentionInDays") for group in demonstrated.of("Logs::LogGroup")} == {90}


@pytest.mark.attack("ATK-380")
def test_what_costs_a_signature_or_a_write_is_throttled_by_itself(deployed):
    stage = deployed.only("ApiGatewayV2::Stage")
    assert stage.properties["StageName"] == "$default"
    paths = {
        f"/oauth2/{name}" for name in ("authorize", "logout", "token", "refresh", "revoke", "introspect", "userinfo")
    }
    assert stage.properties["RouteSettings"] == {
        f"ANY {path}": {"ThrottlingRateLimit": 100, "ThrottlingBurstLimit": 200}
        for path in paths | {"/login", "/consent", "/account"}
    }
    assert stage.properties["DefaultRouteSettings"] == {"ThrottlingRateLimit": 1000, "ThrottlingBurstLimit": 2000}
    # CloudFormation refuses limits of a route that is not there yet.
    assert {route.id for route in deployed.of("ApiGatewayV2::Route")} <= set(stage.whole["DependsOn"])


def test_the_issuer_is_a_parameter_and_without_one_the_apis_own_address(deployed):
    api = deployed.only("ApiGatewayV2::Api").id
    issuer = {"Fn::If": ["IssuerGiven", {"Ref": "Issuer"}, {"Fn::GetAtt": [api, "ApiEndpoint"]}]}
    assert deployed.document["Parameters"]["Issuer"]["Default"] == ""
    for name in {endpoint.function for endpoint in ENDPOINTS}:
        environment = deployed.functions()[name].properties["Environment"]["Variables"]
        assert environment["GATELET_ISSUER"] == issuer
    assert deployed.outputs()["GateletIssuer"] == issuer


@pytest.mark.clause("RFC7009-2-3", "RFC8414-2-1", "RFC8414-2-4", "RFC8414-3-1", "RFC9207-2-2", "OIDC-2-1")
def test_the_issuer_is_an_https_address_without_path_query_or_fragment(deployed):
    """RFC 8414 §2"""
    pattern = deployed.document["Parameters"]["Issuer"]["AllowedPattern"]
    assert re.fullmatch(pattern, "https://login.example:8443")
    for other in (
        "http://login.example",
        "login.example",
        *(f"https://login.example{end}" for end in ("/a", "?a", "#a")),
    ):
        assert not re.fullmatch(pattern, other)


@pytest.mark.attack("ATK-379")
@pytest.mark.clause("RFC8414-6.1-1", "OIDC-16.17-1")
def test_with_a_domain_the_api_answers_there_and_nowhere_else(stack, synthesize):
    certificate = acm.Certificate.from_certificate_arn(
        stack, "Certificate", "arn:aws:acm:eu-west-1:000000000000:certificate/0"
    )
    AuthorizationServer(stack, "Gatelet", domain=CustomDomain(domain_name="login.example.com", certificate=certificate))
    template = synthesize(stack)
    assert template.only("ApiGatewayV2::Api").properties["DisableExecuteApiEndpoint"] is True
    (configuration,) = template.only("ApiGatewayV2::DomainName").properties["DomainNameConfigurations"]
    assert configuration["SecurityPolicy"] == "TLS_1_2"
    assert template.of("ApiGatewayV2::ApiMapping")
    assert template.outputs()["GateletDomainTarget"]["Fn::GetAtt"][1] == "RegionalDomainName"
    assert template.outputs()["GateletApiEndpoint"] == "https://login.example.com"
    assert template.outputs()["GateletIssuer"]["Fn::If"][2] == "https://login.example.com"


def test_the_application_takes_a_domain_from_the_context(application):
    arn = "arn:aws:acm:eu-west-1:000000000000:certificate/0"
    template = application(domainName="login.example.com", certificateArn=arn)
    assert template.only("ApiGatewayV2::DomainName").properties["DomainName"] == "login.example.com"
    with pytest.raises(SystemExit, match="certificateArn"):
        application(domainName="login.example.com")


HIGHER = cdk.aws_apigatewayv2.ThrottleSettings(rate_limit=5000, burst_limit=9000)


def test_limits_can_be_raised(stack, synthesize):
    AuthorizationServer(stack, "Gatelet", throttle=HIGHER)
    settings = synthesize(stack).only("ApiGatewayV2::Stage").properties["RouteSettings"]
    assert settings["ANY /oauth2/token"] == {"ThrottlingRateLimit": 5000, "ThrottlingBurstLimit": 9000}
    assert {limits["ThrottlingRateLimit"] for limits in settings.values()} == {5000}


def test_the_limits_of_one_route_can_be_set_apart(stack, synthesize, deployed):
    AuthorizationServer(stack, "Gatelet", throttle={"/login": HIGHER, "/.well-known/jwks.json": HIGHER})
    usual = deployed.only("ApiGatewayV2::Stage").properties["RouteSettings"]
    settings = synthesize(stack).only("ApiGatewayV2::Stage").properties["RouteSettings"]
    raised = {"ThrottlingRateLimit": 5000, "ThrottlingBurstLimit": 9000}
    assert settings == {**usual, "ANY /login": raised, "ANY /.well-known/jwks.json": raised}


def test_limits_of_a_path_that_is_not_there_are_refused(stack):
    """A misspelt one would leave a route without the limit that it was to have."""
    with pytest.raises(ValueError, match="/logon"):
        AuthorizationServer(stack, "Gatelet", throttle={"/logon": HIGHER})
