"""The stack tells the functions whose word to take for where a request came from, and refuses what makes no sense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.handlers.trusted_proxies import TrustedProxies
from gatelet_cdk import TrustedProxyError
from gatelet_cdk.trusted_proxies import trusted_networks

VARIABLE = "GATELET_TRUSTED_PROXIES"
TOLD = {"authorize", "authorizer", "introspect", "metadata", "refresh", "revoke", "token", "userinfo"}
"""All that answer requests from outside."""


def told(template):
    return {
        name: function.properties["Environment"]["Variables"][VARIABLE]
        for name, function in template.functions().items()
        if VARIABLE in function.properties["Environment"]["Variables"]
    }


def test_nobody_is_trusted_unless_it_is_said(demonstrated):
    assert told(demonstrated) == {}


def test_every_function_that_answers_requests_is_told(application):
    template = application(demonstration="true", trustedProxies="10.0.0.0/24, 2001:DB8:1::/48,192.0.2.1")
    assert told(template) == dict.fromkeys(TOLD, "10.0.0.0/24,2001:db8:1::/48,192.0.2.1/32")


@pytest.mark.parametrize("given", ["10.0.0.1/24", "10.0.0.0/24,"])
def test_the_application_says_in_a_sentence_what_is_wrong(application, given):
    with pytest.raises(SystemExit, match="A trusted proxy is"):
        application(trustedProxies=given)


@pytest.mark.parametrize(
    ("network", "says"),
    [
        ("10.0.0.1/24", "such as 192.0.2.0/24: 10.0.0.1/24 has host bits set"),
        ("::ffff:10.0.0.0/120", "write it as IPv4"),
        ("fe80::1%eth0", "zone"),
        ("::/0", "anybody could say"),
    ],
)
def test_the_construct_says_what_is_wrong_with_a_network(network, says):
    with pytest.raises(TrustedProxyError, match=says):
        trusted_networks([network])


def test_more_networks_than_an_environment_holds_are_refused():
    with pytest.raises(TrustedProxyError, match="name fewer"):
        trusted_networks([f"10.{number}.0.0/16" for number in range(60)])


@given(st.lists(st.ip_addresses(), max_size=10))
def test_what_the_stack_takes_the_functions_take(addresses):
    try:
        networks = trusted_networks([str(address) for address in addresses])
    except TrustedProxyError:
        return
    proxies = TrustedProxies(networks)
    assert all(proxies.source_of(str(address), "198.51.100.7") == "198.51.100.7" for address in addresses)
