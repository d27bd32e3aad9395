"""All contenders take turns, in random order, round after round."""

from __future__ import annotations

import random
from typing import TypeAlias

from bench.peers.contenders import PROVIDER, contenders

Taken: TypeAlias = dict[tuple[str, str], list[float]]

ROUNDS, REQUESTS = 7, 600
WARM_UP, WARM_UP_OF_NODE = 200, 3000
"""Requests before the first round; what V8 compiles, it compiles after many."""


def measure() -> Taken:
    """Return the processor time of a request in each round, by contender and operation."""
    with contenders() as all_of_them:
        turns = [(contender, operation) for contender in all_of_them for operation in contender.operations]
        for contender, operation in turns:
            contender.seconds(operation, WARM_UP_OF_NODE if contender.name == PROVIDER else WARM_UP)
        taken: Taken = {(contender.name, operation): [] for contender, operation in turns}
        for _ in range(ROUNDS):
            random.shuffle(turns)
            for contender, operation in turns:
                taken[contender.name, operation].append(contender.seconds(operation, REQUESTS))
    return taken
