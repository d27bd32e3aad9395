"""Everything that somebody may read after a stack was used: logs, tables, exceptions, answers."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Self

from tests.integration.stack import TABLES
from tests.integration.stage import Apart
from tests.integration.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType, FrameType

    import pytest

    from tests.integration.api_gateway import Answer
    from tests.integration.conftest import LogLines
    from tests.integration.deployment import Deployment

LOG, OUTPUT, EXCEPTIONS = "log", "standard error", "exceptions"
COOKIES, HEADERS, REDIRECTS = "cookies", "headers", "redirects"
PAGES, ERRORS, ANSWERS = "pages", "error answers", "answers"
DECISIONS, ROTATIONS = "decisions of the authorizer", "answers of rotate_keys"

FUNCTIONS = "/functions/gatelet/"
MONITORING: Any = getattr(sys, "monitoring", None)
TOOL = 3


class Observed(Apart):
    """A stack whose every answer is kept."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__(deployment)
        self.answers: list[Answer] = []
        self.decisions: list[dict[str, Any]] = []
        self.rotations: list[dict[str, Any]] = []

    def request(self, *arguments: Any, **more: Any) -> Answer:
        answer = super().request(*arguments, **more)
        self.answers.append(answer)
        return answer

    def decide(self, event: dict[str, Any], container: str = "authorizer") -> dict[str, Any]:
        decision = super().decide(event, container)
        self.decisions.append(decision)
        return decision


class ObservedVisitor(Visitor):
    """A browser of which every answer is kept."""

    deployment: Observed

    def open(self, *arguments: Any, **more: Any) -> Answer:
        answer = super().open(*arguments, **more)
        self.deployment.answers.append(answer)
        return answer


class Raised:
    """The text of every exception that passes through the functions, caught or not."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __enter__(self) -> Self:
        if MONITORING is None:  # before Python 3.12; it makes everything slow
            self._before = sys.gettrace()
            sys.settrace(self._trace)
        else:
            MONITORING.use_tool_id(TOOL, "canaries")
            MONITORING.register_callback(TOOL, MONITORING.events.RAISE, self._note)
            MONITORING.set_events(TOOL, MONITORING.events.RAISE)
        return self

    def __exit__(self, *_: object) -> None:
        if MONITORING is None:
            sys.settrace(self._before)
        else:
            MONITORING.free_tool_id(TOOL)

    def _trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        if FUNCTIONS not in frame.f_code.co_filename:
            return None
        if event == "exception":
            self._note(frame.f_code, 0, argument[1])
        return self._trace

    def _note(self, code: CodeType, _offset: int, error: BaseException) -> None:
        if FUNCTIONS in code.co_filename:
            self.texts.append(f"{error!s} {error!r} {error.args!r}")


def told(
    stack: Observed, log: LogLines, capsys: pytest.CaptureFixture[str], raised: Iterable[str] = ()
) -> dict[str, str]:
    """Return the text of every place."""
    printed = capsys.readouterr()
    log.stream.write(printed.out)
    answers = stack.answers
    pages = [answer for answer in answers if answer.headers.get("content-type", "").startswith("text/html")]
    others = [answer for answer in answers if answer not in pages]
    return {
        LOG: log.text,
        OUTPUT: printed.err,
        EXCEPTIONS: "\n".join(raised),
        **{f"table {name}": json.dumps(stack.items(name), default=repr) for name in TABLES},
        COOKIES: "\n".join(cookie for answer in answers for cookie in answer.cookies),
        HEADERS: "\n".join(str({**answer.headers, "location": ""}) for answer in answers),
        REDIRECTS: "\n".join(answer.headers.get("location", "") for answer in answers),
        PAGES: "\n".join(answer.body for answer in pages),
        ERRORS: "\n".join(answer.body for answer in others if answer.status >= 400),
        ANSWERS: "\n".join(answer.body for answer in others if answer.status < 400),
        DECISIONS: json.dumps(stack.decisions),
        ROTATIONS: json.dumps(stack.rotations),
    }
