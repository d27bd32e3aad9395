"""Where the services are, and which endpoints are refused. AWS General Reference"""

from __future__ import annotations

import pytest

from gatelet.aws.service import DYNAMODB, SECRETS_MANAGER, EndpointInvalid, endpoint_of, region_of


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "dynamodb.eu-west-1.amazonaws.com"),
        ("us-gov-west-1", "dynamodb.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "dynamodb.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_a_service_is_in_its_region_behind_tls(region, host):
    endpoint = endpoint_of(DYNAMODB, region, {})

    assert (endpoint.host, endpoint.port, endpoint.is_tls) == (host, 443, True)
    assert endpoint.authority == host


def test_the_region_is_what_lambda_says():
    assert region_of({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}) == "eu-west-1"
    assert region_of({"AWS_DEFAULT_REGION": "us-east-1"}) == "us-east-1"


@pytest.mark.parametrize(
    "region", ["", "eu", "eu-west-1.evil.example/", "eu-west-1@evil.example", "EU-WEST-1", "a\nb-c-1"]
)
def test_what_is_no_region_never_becomes_a_host_name(region):
    with pytest.raises(EndpointInvalid):
        region_of({"AWS_REGION": region})


def test_a_service_may_have_an_endpoint_of_its_own():
    environ = {
        "AWS_ENDPOINT_URL": "https://all.example",
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000/",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": "",
    }

    assert endpoint_of(DYNAMODB, "eu-west-1", environ).authority == "127.0.0.1:8000"
    assert endpoint_of(SECRETS_MANAGER, "eu-west-1", environ).authority == "all.example"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4566", "http://127.9.8.7", "http://localhost:1", "http://[::1]:4566"]
)
def test_http_is_good_on_this_machine(url):
    assert not endpoint_of(DYNAMODB, "eu-west-1", {"AWS_ENDPOINT_URL": url}).is_tls


@pytest.mark.parametrize(
    "url",
    [
        "http://dynamodb.eu-west-1.amazonaws.com",
        "http://10.0.0.1:4566",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://evil.example#127.0.0.1",
        "http://127.0.0.1@evil.example",
        "https://user@aws.example",
        "https://aws.example/path",
        "https://aws.example?query",
        "ftp://127.0.0.1",
        "127.0.0.1:4566",
        "https://",
        "https://aws.example:port",
    ],
)
def test_any_other_endpoint_is_refused(url):
    """A secret must not leave the machine in clear."""
    with pytest.raises(EndpointInvalid):
        endpoint_of(DYNAMODB, "eu-west-1", {"AWS_ENDPOINT_URL": url})
