"""The design that one would pick instead: boto3, PyJWT, Powertools' Logger and Metrics."""
