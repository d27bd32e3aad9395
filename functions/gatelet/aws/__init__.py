"""DynamoDB and Secrets Manager: what the protocol asks of a store."""
