"""Tables and secrets outlive deployments and mistakes."""

from __future__ import annotations

import pytest

from tests.infra.cloudformation import referred, strings

# Whoever changes one of these gives every operator empty tables, other keys and another issuer.
FROZEN = {
    "ServerApiHttpApi95EBFBFA",
    "ServerStateCredentials0EA8D5DD",
    "ServerStateDirectory7F5C2D49",
    "ServerStateFeed261BFF35",
    "ServerStateGrantsABB9060C",
    "ServerStateGrantSecret03345EAD",
    "ServerStateKeys5981CF0B",
    "ServerStateLimits07B55EA7",
    "ServerStateSigningSecretFC4E0996",
}
OUTPUTS = {
    "GateletAlarms",
    "GateletApiEndpoint",
    "GateletApiId",
    "GateletCredentialsTable",
    "GateletDirectoryTable",
    "GateletFeedTable",
    "GateletGrantSecret",
    "GateletGrantsTable",
    "GateletIssuer",
    "GateletKeysTable",
    "GateletLimitsTable",
    "GateletLogGroup",
    "GateletOperatorPolicy",
    "GateletPasswordGrant",
    "GateletRotateKeysFunction",
    "GateletSigningSecret",
}


@pytest.mark.attack("ATK-410")
def test_no_table_is_a_global_one(deployed):
    """Last writer wins there, or there is no TTL: a grant has one Region."""
    assert deployed.of("DynamoDB::GlobalTable") == []
    assert all("Replicas" not in str(table) for table in deployed.of("DynamoDB::Table"))


def test_the_logical_ids_of_tables_secrets_and_api_never_change(deployed):
    kinds = ("DynamoDB::Table", "SecretsManager::Secret", "ApiGatewayV2::Api")
    assert {resource.id for kind in kinds for resource in deployed.of(kind)} == FROZEN


def test_the_outputs_have_fixed_names(deployed, demonstrated):
    assert set(deployed.outputs()) == OUTPUTS
    assert set(demonstrated.outputs()) - OUTPUTS == {"GateletDemonstrationUrl", "GateletDemonstrationAudience"}
    assert deployed.outputs()["GateletPasswordGrant"] == "false"


@pytest.mark.attack("ATK-378")
def test_a_table_survives_deletion_and_can_be_taken_back_to_any_second(deployed):
    tables = deployed.of("DynamoDB::Table")
    assert len(tables) == 6
    for table in tables:
        properties = table.properties
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert properties["DeletionProtectionEnabled"] is True
        assert (table.whole["DeletionPolicy"], table.whole["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_a_table_is_on_demand_keyed_by_pk_and_sk_cleaned_by_ttl_and_unnamed(deployed):
    for table in deployed.of("DynamoDB::Table"):
        properties = table.properties
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["KeySchema"] == [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ]
        assert {each["AttributeType"] for each in properties["AttributeDefinitions"]} == {"S"}
        assert properties["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
        assert "TableName" not in properties
        assert "GlobalSecondaryIndexes" not in properties


def test_the_local_stack_leaves_nothing_behind(application):
    local = application(local=True)
    for kind in ("DynamoDB::Table", "SecretsManager::Secret"):
        for resource in local.of(kind):
            assert resource.whole["DeletionPolicy"] == "Delete"
            assert not resource.properties.get("DeletionProtectionEnabled")


@pytest.mark.attack("ATK-369")
def test_a_secret_begins_without_a_key_and_says_nothing_in_its_name(deployed):
    for secret in deployed.of("SecretsManager::Secret"):
        assert secret.whole["DeletionPolicy"] == "Retain"
        assert set(secret.properties) == {"Description", "GenerateSecretString"}
        assert secret.properties["GenerateSecretString"] == {
            "SecretStringTemplate": '{"version":0}',
            "GenerateStringKey": "placeholder",
        }


def test_both_secrets_rotate_every_thirty_days_and_not_at_creation(deployed):
    schedules = deployed.of("SecretsManager::RotationSchedule")
    first_keys = deployed.only("CloudFormation::CustomResource").id
    assert {referred(each.properties["SecretId"]) for each in schedules} == {
        secret.id for secret in deployed.of("SecretsManager::Secret")
    }
    for schedule in schedules:
        assert schedule.properties["RotateImmediatelyOnUpdate"] is False
        assert schedule.properties["RotationRules"] == {"AutomaticallyAfterDays": 30}
        assert first_keys in schedule.whole["DependsOn"]
        assert [each for each in schedule.whole["DependsOn"] if "Permission" in each]


@pytest.mark.attack("ATK-377")
def test_an_environment_holds_names_and_numbers_and_only_those_that_its_function_needs(demonstrated):
    common = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"}
    served = {"GATELET_ISSUER", "GATELET_DIRECTORY_TABLE", "GATELET_GRANTS_TABLE", "GATELET_LIMITS_TABLE"}
    expected = {
        "token": served | {"GATELET_SIGNING_SECRET", "GATELET_GRANT_SECRET", "GATELET_FEED_TABLE"},
        "refresh": served | {"GATELET_SIGNING_SECRET", "GATELET_GRANT_SECRET", "GATELET_FEED_TABLE"},
        "revoke": served | {"GATELET_GRANT_SECRET", "GATELET_KEYS_TABLE", "GATELET_FEED_TABLE"},
        "authorize": served
        | {"GATELET_GRANT_SECRET", "GATELET_CREDENTIALS_TABLE", "GATELET_KEYS_TABLE", "GATELET_FEED_TABLE"},
        "introspect": served | {"GATELET_GRANT_SECRET", "GATELET_KEYS_TABLE", "GATELET_FEED_TABLE"},
        "userinfo": {
            "GATELET_ISSUER",
            "GATELET_DIRECTORY_TABLE",
            "GATELET_GRANTS_TABLE",
            "GATELET_KEYS_TABLE",
            "GATELET_FEED_TABLE",
        },
        "metadata": {"GATELET_ISSUER", "GATELET_KEYS_TABLE"},
        "authorizer": {
            "GATELET_ISSUER",
            "GATELET_KEYS_TABLE",
            "GATELET_FEED_TABLE",
            "GATELET_AUDIENCE",
            "GATELET_ROUTES",
            "GATELET_DEADLINE",
        },
        "rotate_keys": {
            "GATELET_SIGNING_SECRET",
            "GATELET_GRANT_SECRET",
            "GATELET_KEYS_TABLE",
            "GATELET_FEED_TABLE",
            "GATELET_DEADLINE",
        },
        "whoami": set(),
    }
    for name, function in demonstrated.functions().items():
        environment = function.properties["Environment"]["Variables"]
        assert set(environment) == expected[name] | common, name
        assert "resolve:" not in str(strings(environment))


def test_no_template_reads_a_secrets_value(demonstrated):
    assert not [text for text in strings(demonstrated.document) if "{{resolve:secretsmanager" in text]
