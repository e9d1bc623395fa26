"""The same ways to behave as `openai_replies`, for a request that did not ask for a stream: one JSON body, or its ruin.

Pure, as its sibling: it knows no sockets, and what the answer says is given to it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from mocks.openai_replies import INSTEAD, Answer, Behaviour
from mocks.openai_steps import HangUp, Pause, Send, Step
from mocks.openai_wire import head, response

_FINISH: dict[Behaviour, str | None] = {
    "length": "length",
    "content_filter": "content_filter",
    "silent_end": None,
}
"""Behaviours that end half of the answer with another reason than `stop`."""
_HANG_UP = {"reset", "close"}
_STALL = {"stall_first", "stall_middle", "keep_alive_only"}


def script_whole(behaviour: Behaviour, answer: Answer) -> Iterator[Step]:
    """The steps of a reply that is not streamed. A behaviour that only a stream can have is a normal reply."""
    if behaviour in INSTEAD:
        yield from INSTEAD[behaviour](answer)
        return
    yield Pause(math.inf if behaviour in _STALL else answer.first_token_s)
    if behaviour in _HANG_UP:
        yield from _broken_off(answer, reset=behaviour == "reset")
    elif behaviour == "malformed":
        yield Send(head("200 OK", "application/json", "Content-Length: 11") + b'{"choices":')
    else:
        yield Send(response("200 OK", _payload(behaviour, answer)))


def _broken_off(answer: Answer, *, reset: bool) -> Iterator[Step]:
    body = json.dumps(_payload("normal", answer)).encode()
    yield Send(head("200 OK", "application/json", f"Content-Length: {len(body)}") + body[: len(body) // 2])
    yield HangUp(reset=reset)


def _payload(behaviour: Behaviour, answer: Answer) -> object:
    match behaviour:
        case "not_a_chunk":
            return ["not", "an", "answer"]
        case "error_event":
            return {"error": {"message": f"The key {answer.key} is at fault.", "code": "server_error"}}
        case "empty_choices":
            return _completion(answer) | {"choices": []}
        case "no_answer":
            return _completion(answer, _choice(""))
        case "refusal":
            return _completion(answer, _choice("") | {"message": {"refusal": "I cannot help with that."}})
        case "late_filter":
            verdict = {"violence": {"filtered": True, "severity": "high"}}
            return _completion(answer, _choice(answer.text) | {"content_filter_results": verdict})
        case _ if behaviour in _FINISH:
            half = "".join(answer.tokens[: (len(answer.tokens) + 1) // 2])
            return _completion(answer, _choice(half, _FINISH[behaviour]))
        case _:
            return _completion(answer, _choice(answer.text))


def _choice(text: str, finish_reason: str | None = "stop") -> dict[str, object]:
    return {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}


def _completion(answer: Answer, *choices: dict[str, object]) -> dict[str, object]:
    asked, written = answer.prompt_tokens, len(answer.tokens)
    usage = {"prompt_tokens": asked, "completion_tokens": written, "total_tokens": asked + written}
    return {"id": "chatcmpl-mock", "object": "chat.completion", "choices": list(choices), "usage": usage}
