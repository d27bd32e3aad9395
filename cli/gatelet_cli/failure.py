"""Errors as sentences: what is wrong and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.exceptions import ClientError

FAILED = 1
USAGE = 2

OPTIONS = {
    "allowed_origins": "--allowed-origin",
    "client_id": "--client-id",
    "client_name": "--client-name",
    "client_uri": "--client-uri",
    "grant_types": "--grant-type",
    "id_token_signed_response_alg": "--id-token-signed-response-alg",
    "logo_uri": "--logo",
    "policy_uri": "--policy-uri",
    "post_logout_redirect_uris": "--post-logout-redirect-uri",
    "redirect_uris": "--redirect-uri",
    "refresh_grace": "--refresh-grace",
    "refresh_token_cookie": "--refresh-token-cookie",
    "require_pkce": "--no-require-pkce",
    "scope": "--scope",
    "token_endpoint_auth_method": "--token-endpoint-auth-method",
    "tos_uri": "--tos-uri",
}
"""The option that sets a member of a client's metadata."""

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"})
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
NOT_ACCEPTED = frozenset(
    {
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
THROTTLED = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
CONTENDED = frozenset(
    {"TransactionCanceledException", "TransactionConflictException", "TransactionInProgressException"}
)
SIGN_IN = "Sign in again (for example `aws sso login`), or choose other credentials with --profile."
REFUSALS = (
    (
        DENIED,
        "Access denied: {message}. Your IAM identity needs the policy in the stack's output GateletOperatorPolicy.",
    ),
    (EXPIRED, f"The AWS credentials have expired. {SIGN_IN}"),
    (NOT_ACCEPTED, "AWS does not accept the credentials ({code}). Check them, or --profile, and the machine's clock."),
    (THROTTLED, "AWS throttles {operation} ({code}). Nothing more was done; wait a moment and try again."),
    (CONTENDED, "Somebody else is changing the same records at this moment. Nothing was written; try again."),
    ({"ResourceNotFoundException"}, "A part of the stack is gone: {message}. Was it deleted? See `gatelet status`."),
)
CREDENTIALS = {
    "NoCredentialsError": "There are no AWS credentials.",
    "PartialCredentialsError": "The AWS credentials are incomplete.",
    "CredentialRetrievalError": "The AWS credentials cannot be retrieved.",
    "TokenRetrievalError": "The AWS sign-in has expired.",
    "SSOTokenLoadError": "There is no AWS sign-in.",
    "UnauthorizedSSOTokenError": "The AWS sign-in has expired.",
}
NETWORK = frozenset(
    {
        "ConnectTimeoutError",
        "ConnectionClosedError",
        "EndpointConnectionError",
        "HTTPClientError",
        "ProxyConnectionError",
        "ReadTimeoutError",
        "SSLError",
    }
)


class Failure(Exception):
    """The operation cannot be done; the text is for the operator."""

    exit_code = FAILED


class Usage(Failure):
    """The command was called in a way that cannot be meant."""

    exit_code = USAGE


def explain(error: Exception) -> Failure | None:
    """Return what an operator should read about an error; None where it is a fault of this program."""
    if isinstance(error, Failure):
        return error
    # Whoever asks has an error from there, so that these modules are loaded already.
    from gatelet.aws.connection import CallRefused  # noqa: PLC0415
    from gatelet.aws.record import AlreadyExists, ChangedMeanwhile, NotFound  # noqa: PLC0415
    from gatelet.oauth.client_metadata import InvalidClientMetadata  # noqa: PLC0415
    from gatelet.oauth.errors import TemporarilyUnavailable  # noqa: PLC0415

    match error:
        case InvalidClientMetadata():
            return Usage(f"{OPTIONS.get(error.parameter, error.parameter)} {error.reason}.")
        case NotFound():
            return Failure(f"{_sentence(error)} See `gatelet {error.kind.lower()}s list`.")
        case AlreadyExists() | ChangedMeanwhile():
            return Failure(_sentence(error))
        case TemporarilyUnavailable() | CallRefused():
            return _from_aws(error) or Failure(f"{_sentence(error)} Try again.")
        case _:
            return _from_aws(error)


def changed_nothing(error: Exception) -> bool:
    """Tell whether an operation was refused before anything was written."""
    from gatelet.aws.record import AlreadyExists, ChangedMeanwhile, NotFound  # noqa: PLC0415
    from gatelet.oauth.client_metadata import InvalidClientMetadata  # noqa: PLC0415

    return isinstance(error, Failure | AlreadyExists | ChangedMeanwhile | NotFound | InvalidClientMetadata)


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def _from_aws(error: Exception) -> Failure | None:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    for cause in _causes(error):
        if isinstance(cause, ClientError):
            return Failure(_refusal(cause))
        if isinstance(cause, BotoCoreError):
            return Failure(_fault(cause))
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _refusal(error: ClientError) -> str:
    """Say what AWS answered."""
    code = error.response["Error"]["Code"]
    message = error.response["Error"].get("Message", "").rstrip(".")
    for codes, sentence in REFUSALS:
        if code in codes:
            return sentence.format(code=code, message=message, operation=error.operation_name)
    return f"AWS refused {error.operation_name}: {code}: {message}."


def _fault(error: Exception) -> str:
    """Say why AWS was not asked, or did not answer."""
    names = [kind.__name__ for kind in type(error).__mro__]
    for name in names:
        if name in CREDENTIALS:
            return f"{CREDENTIALS[name]} {SIGN_IN}"
        if name in NETWORK:
            return f"AWS cannot be reached: {error}. Check the network, and --region."
    match names[0]:
        case "ProfileNotFound":
            return f"{error}. See `aws configure list-profiles`."
        case "NoRegionError":
            return "No AWS region is set. Give --region, or set AWS_REGION."
        case "InvalidRegionError":
            return f"--region is not the name of an AWS region: {error}"
        case _:
            return f"The AWS SDK failed with {names[0]}: {error}"
