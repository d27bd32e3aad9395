"""Gatelet: an OAuth 2.0 authorization server on AWS Lambda."""
