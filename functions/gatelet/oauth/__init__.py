"""The protocol: no AWS, no environment, no clock."""
