"""The pages that a person sees. No script is needed for any of them, and nothing comes from another host."""

from __future__ import annotations

from gatelet.pages.brand import Brand
from gatelet.pages.language import accepted_languages
from gatelet.pages.rendering import FORM_POST_SCRIPT_HASH, Page, render
from gatelet.pages.stylesheet import Asset, asset, stylesheet_path
from gatelet.pages.views import (
    AccountView,
    ApplicationRow,
    ConsentView,
    ErrorView,
    FormPostView,
    LoggedOutView,
    LoginView,
    LogoutView,
    SessionRow,
    StartView,
    View,
)

__all__ = [
    "FORM_POST_SCRIPT_HASH",
    "AccountView",
    "ApplicationRow",
    "Asset",
    "Brand",
    "ConsentView",
    "ErrorView",
    "FormPostView",
    "LoggedOutView",
    "LoginView",
    "LogoutView",
    "Page",
    "SessionRow",
    "StartView",
    "View",
    "accepted_languages",
    "asset",
    "render",
    "stylesheet_path",
]
