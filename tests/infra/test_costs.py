"""What `gatelet cost` assumes of the stack is in the template."""

from __future__ import annotations

from gatelet_cli.costs.month import ALARMS, ALARMS_OF_AN_API, SECRETS, Usage, standing
from gatelet_cli.costs.operations import MEMORY
from gatelet_cli.costs.prices import price_list


def watched(template):
    """Return how many metrics the alarms watch, an expression none by itself."""
    alarms = [alarm.properties for alarm in template.of("CloudWatch::Alarm")]
    return sum(sum("MetricStat" in each for each in alarm.get("Metrics", [{"MetricStat": {}}])) for alarm in alarms)


def test_the_functions_have_the_memory_that_is_paid_for(demonstrated):
    functions = demonstrated.functions()
    assert {name: functions[name].properties["MemorySize"] for name in MEMORY} == MEMORY
    assert {function.properties["Architectures"][0] for function in functions.values()} == {"arm64"}


def test_what_stands_there_while_nothing_is_asked_is_paid_for(deployed, demonstrated):
    assert len(deployed.of("SecretsManager::Secret")) == SECRETS
    assert watched(deployed) == ALARMS
    assert watched(demonstrated) == ALARMS + ALARMS_OF_AN_API
    assert len(deployed.of("CloudWatch::Dashboard")) == 1
    assert {table.properties["BillingMode"] for table in deployed.of("DynamoDB::Table")} <= {"PAY_PER_REQUEST"}
    bill = standing(Usage(protected_apis=1), price_list().prices)
    assert round(bill.total, 2) == round(0.40 * SECRETS + 0.10 * (ALARMS + ALARMS_OF_AN_API) + 3.00, 2)


def test_nothing_stands_there_that_costs_by_the_hour_and_is_forgotten(demonstrated):
    """A NAT gateway, provisioned concurrency, a key of KMS or a web application firewall would be on the bill."""
    kinds = {resource.type for resource in demonstrated.resources}
    assert not {kind for kind in kinds if kind.startswith(("AWS::EC2", "AWS::KMS", "AWS::WAF", "AWS::Lambda::Alias"))}
