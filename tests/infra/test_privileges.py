"""Each function may do exactly what its row says."""

from __future__ import annotations

import json

import pytest

from tests.infra.cloudformation import listed, referred, strings

# The matrix of the design, r read, w update and put, p PutItem only; d delete what has ended or was taken back.
MATRIX = """
function    | SigningSecret | GrantSecret | Directory | Credentials | Grants | Limits | Keys | Feed
token       | r             | r           | r         | -           | rw     | w      | -    | p
refresh     | r             | r           | r         | -           | rw     | w      | -    | p
revoke      | -             | r           | r         | -           | rw     | w      | r    | p
authorize   | -             | r           | r         | rwd         | rwd    | w      | r    | p
introspect  | -             | r           | r         | -           | r      | w      | r    | r
userinfo    | -             | -           | r         | -           | r      | -      | r    | r
metadata    | -             | -           | -         | -           | -      | -      | r    | -
authorizer  | -             | -           | -         | -           | -      | -      | r    | r
rotate_keys | rw            | rw          | -         | -           | -      | -      | rw   | p
whoami      | -             | -           | -         | -           | -      | -      | -    | -
"""
SECRET = {
    "r": {"GetSecretValue"},
    "rw": {"DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"},
}
TABLE = {
    "Directory": {"r": {"GetItem", "Query"}},
    "Credentials": {
        "rw": {"GetItem", "PutItem", "UpdateItem"},
        "rwd": {"DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"},
    },
    "Grants": {
        "r": {"GetItem"},
        "rw": {"GetItem", "PutItem", "Query", "UpdateItem"},
        "rwd": {"DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"},
    },
    "Limits": {"w": {"PutItem", "UpdateItem"}},
    "Keys": {"r": {"GetItem"}, "rw": {"GetItem", "PutItem", "UpdateItem"}},
    "Feed": {"r": {"Query"}, "p": {"PutItem"}},
}
LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}


def actions(resource, letters):
    if letters == "-":
        return set()
    if resource.endswith("Secret"):
        return {f"secretsmanager:{action}" for action in SECRET[letters]}
    return {f"dynamodb:{action}" for action in TABLE[resource][letters]}


def matrix():
    header, *rows = [[cell.strip() for cell in line.split("|")] for line in MATRIX.strip().splitlines()]
    return {
        function: {
            resource: actions(resource, letters)
            for resource, letters in zip(header[1:], cells, strict=True)
            if letters != "-"
        }
        for function, *cells in rows
    }


def privileges(template, function):
    """Read what a function's role allows, by the construct of the resource."""
    role = referred(function.properties["Role"])
    found: dict[str, set[str]] = {}
    for statement in template.statements(role):
        assert statement["Effect"] == "Allow"
        for resource in listed(statement["Resource"]):
            name = referred(resource)
            construct = next((each for each in CONSTRUCTS if name.startswith(f"ServerState{each}")), name)
            found.setdefault(construct, set()).update(listed(statement["Action"]))
    return found


CONSTRUCTS = ("SigningSecret", "GrantSecret", "Directory", "Credentials", "Grants", "Limits", "Keys", "Feed")


@pytest.mark.attack("ATK-371")
@pytest.mark.attack("ATK-372")
@pytest.mark.attack("ATK-373")
@pytest.mark.parametrize("function", matrix())
def test_a_function_may_do_exactly_what_its_row_of_the_matrix_says(demonstrated, function):
    resource = demonstrated.functions()[function]
    log = resource.properties["LoggingConfig"]["LogGroup"]["Ref"]
    assert privileges(demonstrated, resource) == {**matrix()[function], log: LOG}


def test_the_matrix_names_every_function(demonstrated):
    assert set(demonstrated.functions()) == set(matrix())


def test_token_reads_and_updates_credentials_only_where_the_password_grant_is_on(application):
    template = application(passwordGrant="true")
    found = privileges(template, template.functions()["token"])
    assert found["Credentials"] == actions("Credentials", "rw")
    assert {name for name, each in template.functions().items() if "Credentials" in privileges(template, each)} == {
        "authorize",
        "token",
    }


def test_what_people_see_cannot_sign_a_token(demonstrated):
    """A page that is broken into still has no key."""
    for name in ("authorize", "introspect", "userinfo"):
        assert "SigningSecret" not in privileges(demonstrated, demonstrated.functions()[name])


def test_every_function_has_a_role_of_its_own(demonstrated):
    roles = [referred(function.properties["Role"]) for function in demonstrated.functions().values()]
    assert len(set(roles)) == len(roles)


def test_no_role_has_a_policy_that_others_write(demonstrated):
    for role in demonstrated.of("IAM::Role"):
        assert "ManagedPolicyArns" not in role.properties
        assert "Policies" not in role.properties


def test_no_policy_holds_a_wildcard_but_the_random_id_of_the_stack(demonstrated):
    """IAM judges a DescribeStacks that names its stack by `stack/NAME/*`."""
    documents = [
        policy.properties["PolicyDocument"]
        for kind in ("IAM::Policy", "IAM::ManagedPolicy")
        for policy in demonstrated.of(kind)
    ]
    assert documents
    assert [text for text in strings(documents) if "*" in text] == [":stack/Gatelet/*"]


def test_nothing_but_the_operators_policy_may_scan(demonstrated):
    scanning = [
        policy.type
        for kind in ("IAM::Policy", "IAM::ManagedPolicy")
        for policy in demonstrated.of(kind)
        if "dynamodb:Scan" in strings(policy.properties)
    ]
    assert scanning == ["AWS::IAM::ManagedPolicy"]


def test_the_operators_policy_reads_no_secret(demonstrated):
    policy = demonstrated.only("IAM::ManagedPolicy")
    texts = strings(policy.properties["PolicyDocument"])
    # An alarm is called after what it watches.
    assert not [text for text in texts if "secret" in text.lower() and ":alarm:" not in text]


def test_the_operators_policy_reads_the_state_of_the_servers_alarms_and_nothing_else_of_cloudwatch(demonstrated):
    """GetMetricData, and GetQueryResults of Logs Insights, can be allowed on everything or not at all."""
    (statement,) = [
        each
        for each in demonstrated.only("IAM::ManagedPolicy").properties["PolicyDocument"]["Statement"]
        if any(action.startswith("cloudwatch:") for action in listed(each["Action"]))
    ]
    arns = ["".join(text for text in strings(each) if text.startswith(":")) for each in statement["Resource"]]
    names = demonstrated.outputs()["GateletAlarms"].split(",")
    assert listed(statement["Action"]) == ["cloudwatch:DescribeAlarms"]
    assert [arn.rpartition(":alarm:")[2] for arn in arns] == [f"Gatelet-{name}" for name in names]
    assert {alarm.properties.get("AlarmName") for alarm in demonstrated.of("CloudWatch::Alarm")} == {
        None,
        *(f"Gatelet-{name}" for name in names),
    }


def resolved(value, stack):
    """Return a part of a template as CloudFormation would make it: names as long as they may come to be."""
    match value:
        case {"Fn::Join": [separator, parts]}:
            return separator.join(resolved(part, stack) for part in parts)
        case {"Ref": pseudo} if pseudo.startswith("AWS::"):
            return {"AWS::Partition": "aws-us-gov", "AWS::AccountId": "1" * 12}.get(pseudo, "ap-southeast-2")
        case {"Ref": name} | {"Fn::GetAtt": [name, _]}:
            return f"arn:aws:dynamodb:ap-southeast-2:{'1' * 12}:table/{stack}-{name}-ABCDEFGHIJKLM"
        case dict():
            return {key: resolved(part, stack) for key, part in value.items()}
        case list():
            return [resolved(part, stack) for part in value]
    return value


def test_the_operators_policy_is_not_longer_than_a_managed_policy_may_be(application):
    """6,144 characters without white space, whatever the stack is called."""
    stack = "G" * 100
    document = application(stack=stack).only("IAM::ManagedPolicy").properties["PolicyDocument"]
    assert len(json.dumps(resolved(document, stack), separators=(",", ":"))) < 6144


def test_the_operators_policy_may_not_change_the_published_keys(demonstrated):
    policy = demonstrated.only("IAM::ManagedPolicy").properties["PolicyDocument"]
    allowed = {
        action
        for statement in policy["Statement"]
        for resource in listed(statement["Resource"])
        if referred(resource).startswith("ServerStateKeys")
        for action in listed(statement["Action"])
    }
    assert allowed == {"dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query"}


@pytest.mark.attack("ATK-374")
def test_secrets_manager_may_call_rotate_keys_for_these_secrets_of_this_account_only(deployed):
    permissions = [
        permission.properties
        for permission in deployed.of("Lambda::Permission")
        if permission.properties["Principal"] == "secretsmanager.amazonaws.com"
    ]
    assert {referred(each["SourceArn"]) for each in permissions} == {
        secret.id for secret in deployed.of("SecretsManager::Secret")
    }
    assert all(each["SourceAccount"] == {"Ref": "AWS::AccountId"} for each in permissions)
    rotate_keys = deployed.functions()["rotate_keys"].id
    assert {referred(each["FunctionName"]) for each in permissions} == {rotate_keys}


def test_every_permission_to_invoke_names_its_caller(demonstrated):
    for permission in demonstrated.of("Lambda::Permission"):
        assert permission.properties["Action"] == "lambda:InvokeFunction"
        assert permission.properties["SourceArn"]


@pytest.mark.attack("ATK-381")
def test_nothing_is_reachable_but_the_api(demonstrated):
    kinds = {resource.type for resource in demonstrated.resources}
    assert not kinds & {"AWS::Lambda::Url", "AWS::S3::Bucket", "AWS::ElasticLoadBalancingV2::LoadBalancer"}
    assert "execute-api" in str([each.properties for each in demonstrated.of("Lambda::Permission")])
