"""Gatelet's constructs for the AWS CDK."""

from gatelet_cdk.authorization_server import AuthorizationServer
from gatelet_cdk.brand import Brand, BrandError
from gatelet_cdk.bundling import Bundle
from gatelet_cdk.custom_domain import CustomDomain
from gatelet_cdk.protected_http_api import ProtectedHttpApi
from gatelet_cdk.protected_rest_api import ProtectedRestApi, ProtectedRestRoutes
from gatelet_cdk.route_scopes import RouteError
from gatelet_cdk.trusted_proxies import TrustedProxyError

__all__ = [
    "AuthorizationServer",
    "Brand",
    "BrandError",
    "Bundle",
    "CustomDomain",
    "ProtectedHttpApi",
    "ProtectedRestApi",
    "ProtectedRestRoutes",
    "RouteError",
    "TrustedProxyError",
]
