"""People: their passwords and their sessions. No AWS, no environment, no clock."""
