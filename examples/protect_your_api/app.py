"""An API of one's own, protected by an authorization server in the same stack."""

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration

from gatelet_cdk import AuthorizationServer

app = cdk.App()
stack = cdk.Stack(app, "Shop")
api = apigateway.HttpApi(stack, "Api")
code = lambda_.Code.from_asset("orders")
orders = lambda_.Function(stack, "Orders", code=code, handler="orders.handler", runtime=lambda_.Runtime.PYTHON_3_13)

auth = AuthorizationServer(stack, "Auth")
protected = auth.protect("Access", audience="https://orders.example", http_api=api)
protected.add_route("GET /orders", integration=HttpLambdaIntegration("Orders", orders), scope="orders:read")

cdk.CfnOutput(stack, "OrdersUrl", value=f"{api.api_endpoint}/orders")
app.synth()
