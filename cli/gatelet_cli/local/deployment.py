"""Deploys a synthesized assembly through the emulator's CloudFormation."""

import contextlib
import io
import json
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3

from gatelet_cli.failure import Failure
from gatelet_cli.local.emulator import ACCOUNT, REGION
from gatelet_cli.local.function_logs import function_logs
from gatelet_cli.local.omissions import make_up_for_omissions
from gatelet_cli.local.template import Template, localize

BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version"
COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


class DeploymentFailed(Failure):
    """CloudFormation could not make the stack what the template says."""


def deploy(assembly: Path, stack: str, parameters: Mapping[str, str], session: boto3.Session) -> dict[str, str]:
    """Create or update the stack, and return its outputs. Raises DeploymentFailed."""
    template = json.loads((assembly / f"{stack}.template.json").read_text())
    _bootstrap(session)
    _upload_assets(assembly, stack, session)
    _change(stack, localize(template), parameters, session)
    outputs = _wait(stack, session)
    make_up_for_omissions(template, stack, session)
    return outputs


def _bootstrap(session: boto3.Session) -> None:
    """Make what every CDK stack expects of its account."""
    session.client("ssm").put_parameter(Name=BOOTSTRAP_VERSION, Value="30", Type="String", Overwrite=True)
    s3 = session.client("s3")
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=BUCKET)


def _upload_assets(assembly: Path, stack: str, session: boto3.Session) -> None:
    assets = json.loads((assembly / f"{stack}.assets.json").read_text())["files"]
    for asset in assets.values():
        if asset["source"]["packaging"] == "zip":
            (destination,) = asset["destinations"].values()
            content = _zip(assembly / asset["source"]["path"])
            session.client("s3").put_object(Bucket=BUCKET, Key=destination["objectKey"], Body=content)


def _zip(folder: Path) -> bytes:
    """Pack a folder; nobody stores it for long, so compressing would only cost time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return packed.getvalue()


def _change(stack: str, template: Template, parameters: Mapping[str, str], session: boto3.Session) -> None:
    key, s3 = f"{stack}.json", session.client("s3")
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(template).encode())
    cloudformation = session.client("cloudformation")
    order: dict[str, Any] = {
        "StackName": stack,
        "TemplateURL": f"{s3.meta.endpoint_url}/{BUCKET}/{key}",
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
    }
    stacks = {known["StackName"] for known in cloudformation.describe_stacks()["Stacks"]}
    if stack not in stacks:
        cloudformation.create_stack(OnFailure="DO_NOTHING", **order)
        return
    try:
        cloudformation.update_stack(**order)
    except cloudformation.exceptions.ClientError as error:
        if "No updates" not in str(error):
            raise


def _wait(stack: str, session: boto3.Session) -> dict[str, str]:
    cloudformation = session.client("cloudformation")
    while True:
        (state,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        if not state["StackStatus"].endswith("_IN_PROGRESS"):
            break
        time.sleep(0.05)
    if state["StackStatus"] not in COMPLETE:
        raise DeploymentFailed("\n".join([f"The stack is {state['StackStatus']}.", *_reasons(stack, session)]))
    return {output["OutputKey"]: output["OutputValue"] for output in state.get("Outputs", [])}


def _reasons(stack: str, session: boto3.Session) -> Iterator[str]:
    """Return what CloudFormation says, and then what the functions do: a custom resource may be at fault."""
    for event in session.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]:
        if "FAILED" in event["ResourceStatus"]:
            yield f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
    yield from (line for line in function_logs(session) if '"_aws"' not in line)  # metrics say nothing here
