"""How a server of OpenAI's chat completions is reached: its client, its model, and the dialect of its parameters.

What every adapter to such a server needs before it can ask anything. It sends nothing, and does not know what is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import httpx2
from openai import AsyncAzureOpenAI, AsyncOpenAI, Omit, omit
from openai.types.chat import (
    ChatCompletionMessageParam,
    ChatCompletionSystemMessageParam,
    ChatCompletionUserMessageParam,
)

from rag.backends.environment import endpoint, optional, required
from rag.prompt import Message

OPENAI_URL, DEFAULT_MODEL = "https://api.openai.com/v1", "gpt-4o-mini"
Prompt = list[ChatCompletionMessageParam]
MaxTokensName = Literal["max_completion_tokens", "max_tokens"]


class Provider(NamedTuple):
    """A client, and what to tell it; whoever takes it closes the client."""

    client: AsyncOpenAI
    model: str
    """A deployment on Azure."""
    max_tokens_name: MaxTokensName = "max_completion_tokens"
    """What the server calls the output limit: OpenAI's reasoning models refuse the old name, many compatible servers
    know no other."""


def connect(
    kind: Literal["openai", "azure"], environ: Mapping[str, str], http_client: httpx2.AsyncClient | None = None
) -> Provider:
    """A provider from the vendor's own variables. Sends nothing; `http_client` is owned by the result.

    openai: `OPENAI_API_KEY`; `OPENAI_BASE_URL` for another server of the same protocol, which then needs
    `OPENAI_MODEL`. azure: `AZURE_OPENAI_ENDPOINT`, `AZURE_OPENAI_API_KEY`, `AZURE_OPENAI_DEPLOYMENT`,
    `OPENAI_API_VERSION`. Raises `ConfigurationError` naming the variable, never its value.
    """
    return (_azure if kind == "azure" else _openai)(environ, http_client)


def as_prompt(messages: Iterable[Message]) -> Prompt:
    """The messages in the SDK's types."""
    return [_as_parameter(message) for message in messages]


def output_limit(name: MaxTokensName, tokens: int) -> tuple[int | Omit, int | Omit]:
    """The limit as `(max_tokens, max_completion_tokens)`, of which one is left out."""
    return (tokens, omit) if name == "max_tokens" else (omit, tokens)


def _as_parameter(message: Message) -> ChatCompletionMessageParam:
    if message.role == "system":
        return ChatCompletionSystemMessageParam(role="system", content=message.content)
    return ChatCompletionUserMessageParam(role="user", content=message.content)


def _openai(environ: Mapping[str, str], http_client: httpx2.AsyncClient | None) -> Provider:
    key = required(environ, "OPENAI_API_KEY")
    elsewhere = "OPENAI_BASE_URL" in environ
    url = endpoint(environ, "OPENAI_BASE_URL") if elsewhere else OPENAI_URL
    model = required(environ, "OPENAI_MODEL") if elsewhere else optional(environ, "OPENAI_MODEL", DEFAULT_MODEL)
    client = AsyncOpenAI(api_key=key, base_url=url, http_client=http_client or _direct_client())
    compatible = not f".{urlsplit(url).hostname}".endswith(".api.openai.com")
    return Provider(client, model, "max_tokens" if compatible else "max_completion_tokens")


def _azure(environ: Mapping[str, str], http_client: httpx2.AsyncClient | None) -> Provider:
    url, key = endpoint(environ, "AZURE_OPENAI_ENDPOINT"), required(environ, "AZURE_OPENAI_API_KEY")
    deployment, version = required(environ, "AZURE_OPENAI_DEPLOYMENT"), required(environ, "OPENAI_API_VERSION")
    http_client = http_client or _direct_client()
    client = AsyncAzureOpenAI(
        azure_endpoint=url, azure_deployment=deployment, api_key=key, api_version=version, http_client=http_client
    )
    return Provider(client, deployment)


def _direct_client() -> httpx2.AsyncClient:
    # No redirects: one would carry prompt and key to a host that nobody configured.
    return httpx2.AsyncClient(follow_redirects=False)
