"""The vendors' variables: what makes a generator, and which message each mistake gets."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from rag.backends.environment import endpoint, optional, required
from rag.backends.openai_generator import OpenAIGenerator
from rag.errors import ConfigurationError, GenerationRefused
from rag.values import GenerationRequest, NumberedSource, Passage

SECRET = "canary-0123456789"
OPENAI = {"OPENAI_API_KEY": SECRET}
AZURE = {
    "AZURE_OPENAI_ENDPOINT": "https://canary-resource.openai.azure.com/",
    "AZURE_OPENAI_API_KEY": SECRET,
    "AZURE_OPENAI_DEPLOYMENT": "our-deployment",
    "OPENAI_API_VERSION": "2024-10-21",
}
PASSAGE = Passage(passage_id="d#s", document_id="d", source="Guide", title="G", section="S", text="It is two years.")
REQUEST = GenerationRequest(question="How long?", sources=(NumberedSource(marker=1, passage=PASSAGE),))


def sent_by(kind: str, environ: dict[str, str]) -> httpx2.Request:
    """The request that a generator of this environment sends."""
    sent: list[httpx2.Request] = []

    def refuse(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(403, json={}, request=request)

    async def main() -> None:
        http_client = httpx2.AsyncClient(transport=httpx2.MockTransport(refuse))
        model = OpenAIGenerator.from_environment(
            "azure" if kind == "azure" else "openai", environ, http_client=http_client
        )
        with pytest.raises(GenerationRefused):
            await anext(model.stream(REQUEST))
        await model.aclose()
        assert http_client.is_closed

    asyncio.run(main())
    return sent[0]


def test_openai_needs_only_its_key() -> None:
    """Address and model have defaults; the key goes into the header."""
    request = sent_by("openai", OPENAI)

    assert str(request.url) == "https://api.openai.com/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert b'"max_completion_tokens"' in request.content


def test_compatible_server_is_asked_in_the_old_words() -> None:
    """Another base address: its model, and the name of the output limit that all such servers know."""
    request = sent_by("openai", OPENAI | {"OPENAI_BASE_URL": "http://localhost:11434/v1", "OPENAI_MODEL": "tiny"})

    assert str(request.url) == "http://localhost:11434/v1/chat/completions"
    assert b'"model":"tiny"' in request.content
    assert b'"max_tokens"' in request.content
    assert b'"max_completion_tokens"' not in request.content


def test_azure_is_asked_by_deployment_and_version() -> None:
    """Azure's address, its own header for the key, and nothing of OpenAI's."""
    request = sent_by("azure", AZURE)

    assert str(request.url) == (
        "https://canary-resource.openai.azure.com/openai/deployments/our-deployment/chat/completions"
        "?api-version=2024-10-21"
    )
    assert request.headers["api-key"] == SECRET
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("kind", "environ", "name"),
    [("openai", OPENAI, "OPENAI_API_KEY"), *[("azure", AZURE, name) for name in AZURE]],
)
@pytest.mark.parametrize(
    "value", [None, "", "  \t", f"{SECRET}\n", f"{SECRET}\r\nx-header: y", f"{SECRET}\u2019", f" {SECRET}"]
)
def test_unusable_variable_is_named_and_not_quoted(
    kind: str, environ: dict[str, str], name: str, value: str | None
) -> None:
    """Missing, blank, or with a line break or a typographic quote in it: the message names the variable alone."""
    wrong = {key: known for key, known in environ.items() if key != name} | ({} if value is None else {name: value})

    with pytest.raises(ConfigurationError, match=name) as caught:
        OpenAIGenerator.from_environment("azure" if kind == "azure" else "openai", wrong)

    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


def test_other_server_without_a_model_is_refused() -> None:
    """OpenAI's default model means nothing to another server."""
    with pytest.raises(ConfigurationError, match="OPENAI_MODEL"):
        OpenAIGenerator.from_environment("openai", OPENAI | {"OPENAI_BASE_URL": "https://llm.example.com/v1"})


def test_generator_does_not_show_its_key() -> None:
    """Neither the generator nor its settings have the key in their text."""
    model = OpenAIGenerator.from_environment("openai", OPENAI)

    assert SECRET not in repr(model)
    asyncio.run(model.aclose())


@pytest.mark.parametrize(
    "address",
    [
        "https://example.openai.azure.com/",
        "https://gateway.example.com:8443/v1",
        "http://localhost:11434/v1",
        "http://127.0.0.1:8000/v1",
        "http://[::1]:8000",
        "http://192.168.1.20:8000",
        "http://ollama:11434/v1",
        "http://box.local/v1",
    ],
)
def test_good_address_is_taken_as_it_is(address: str) -> None:
    """https to anywhere, http to a host of one's own network."""
    assert endpoint({"URL": address}, "URL") == address


@pytest.mark.parametrize(
    "address",
    [
        "example.com/v1",
        "ftp://example.com",
        "https://",
        "https://exa[mple.com",
        "https://example.com:many",
        "http://example.com/v1",
        "http://8.8.8.8/v1",
        f"https://user:{SECRET}@example.com",
        f"https://example.com/v1?key={SECRET}",
        "https://example.com/v1#part",
    ],
)
def test_bad_address_is_refused_before_anything_is_sent(address: str) -> None:
    """No scheme, no host, a port that is none, a secret in the address, or a key that would travel in the clear."""
    with pytest.raises(ConfigurationError, match="URL") as caught:
        endpoint({"URL": address}, "URL")

    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None


def test_default_is_for_what_is_not_set() -> None:
    """Set and blank is a mistake, not a wish for the default."""
    assert optional({}, "NAME", "default") == "default"
    assert optional({"NAME": "mine"}, "NAME", "default") == "mine"
    assert required({"NAME": "mine"}, "NAME") == "mine"
    with pytest.raises(ConfigurationError, match="NAME is set but blank"):
        optional({"NAME": " "}, "NAME", "default")
