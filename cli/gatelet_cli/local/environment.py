"""What of the operator's environment does not count here."""

import os
from collections.abc import MutableMapping


def leave_out_aws(environment: MutableMapping[str, str]) -> None:
    """Forget profiles, regions, credentials and endpoints: nothing here goes to AWS, and a bad one must not matter."""
    for name in [name for name in environment if name.startswith("AWS_")]:
        del environment[name]
    environment["AWS_CONFIG_FILE"] = environment["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
