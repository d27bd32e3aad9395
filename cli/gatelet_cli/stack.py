"""Which deployment the command works on: found by the outputs of its CloudFormation stack."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatelet_cli.failure import Failure, Usage

if TYPE_CHECKING:
    import boto3

LOCAL_FILE = Path(".gatelet") / "local.json"
LOCAL_KEY = "test"
TABLES = ("directory", "credentials", "grants", "limits", "keys", "feed")


@dataclass(frozen=True, kw_only=True)
class StackOptions:
    """How the operator named the deployment."""

    name: str = "Gatelet"
    region: str | None = None
    profile: str | None = None
    local: bool = False

    def as_arguments(self) -> str:
        """Return the options as they would be typed again."""
        given = (
            ("--stack", self.name if self.name != StackOptions.name else None),
            ("--region", self.region),
            ("--profile", self.profile),
        )
        words = [f"{option} {value}" for option, value in given if value]
        return "".join(f" {word}" for word in (*words, *(["--local"] if self.local else [])))


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A deployment: where it answers, and the names of its parts."""

    name: str
    region: str
    issuer: str
    api_endpoint: str
    tables: dict[str, str]
    rotate_keys_function: str
    password_grant: bool
    log_group: str | None
    """None where an earlier release deployed the stack."""
    alarms: tuple[str, ...]
    """Without the stack's name, which theirs begin with; none where an earlier release deployed it."""
    session: boto3.Session

    @property
    def is_local(self) -> bool:
        """Whether this is the emulator, which has neither metrics nor bills."""
        return hasattr(self.session, "endpoint")

    @property
    def has_custom_domain(self) -> bool:
        """Whether browsers may keep cookies of its host for themselves: execute-api hosts are public suffixes."""
        return ".execute-api." not in self.issuer


def find_stack(options: StackOptions) -> Stack:
    """Find the deployment. Raises Failure, Usage and what botocore raises."""
    from gatelet_cli.aws_session import ambient_session, local_session  # noqa: PLC0415 - boto3 takes long to import

    if not options.local:
        session = ambient_session(profile=options.profile, region=options.region)
        return describe_stack(session, options.name)
    if options.region or options.profile:
        raise Usage("--local takes neither --region nor --profile: the local stack has its own.")
    local = _read_local(Path.cwd())
    session = local_session(endpoint=local["endpoint"], region=local["region"], key=LOCAL_KEY)
    return _describe_local(session, local)


def _read_local(folder: Path) -> dict[str, str]:
    """Read what the running local stack says of itself, here or in a folder above."""
    for place in (folder, *folder.parents):
        file = place / LOCAL_FILE
        try:
            document = json.loads(file.read_text())
            return {name: str(document[name]) for name in ("endpoint", "region", "stack")}
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Failure(
                f"{file} cannot be read ({type(error).__name__}). Stop the local stack and start it anew."
            ) from None
    raise Failure(f"No local stack is running: there is no {LOCAL_FILE} here or above. Start one with `make run`.")


def _describe_local(session: boto3.Session, local: dict[str, str]) -> Stack:
    from botocore.exceptions import EndpointConnectionError, HTTPClientError  # noqa: PLC0415

    try:
        return describe_stack(session, local["stack"])
    except (EndpointConnectionError, HTTPClientError):
        raise Failure(
            f"The local stack does not answer at {local['endpoint']}: it was ended. Start one with `make run`."
        ) from None


def describe_stack(session: boto3.Session, name: str) -> Stack:
    """Read the outputs of a CloudFormation stack. Raises Failure and what botocore raises."""
    from botocore.exceptions import ClientError  # noqa: PLC0415

    try:
        answer = session.client("cloudformation").describe_stacks(StackName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise Failure(
                f"There is no stack {name} in {session.region_name}."
                " Choose another with --stack, --region or --profile."
            ) from None
        raise
    description: dict[str, Any] = dict(answer["Stacks"][0])
    outputs = {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])}
    try:
        return _from_outputs(session, name, outputs)
    except KeyError as missing:
        raise Failure(
            f"The stack {name} in {session.region_name} ({description['StackStatus']}) has no output {missing.args[0]}:"
            " it is not a Gatelet, or not deployed yet. Deploy it, or choose another with --stack."
        ) from None


def _from_outputs(session: boto3.Session, name: str, outputs: dict[str, str]) -> Stack:
    return Stack(
        name=name,
        region=session.region_name,
        issuer=outputs["GateletIssuer"],
        api_endpoint=outputs["GateletApiEndpoint"],
        tables={table: outputs[f"Gatelet{table.capitalize()}Table"] for table in TABLES},
        rotate_keys_function=outputs["GateletRotateKeysFunction"],
        password_grant=outputs.get("GateletPasswordGrant") == "true",
        log_group=outputs.get("GateletLogGroup"),
        alarms=tuple(filter(None, outputs.get("GateletAlarms", "").split(","))),
        session=session,
    )
