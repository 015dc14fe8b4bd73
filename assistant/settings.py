"""Every setting, its default and its reason; the only place that reads the environment.

Each field is also an environment variable: `TALKS_` and the name in capitals, such as TALKS_LLM_BASE_URL.
"""

from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.errors import SettingsError

PACKAGE = Path(__file__).resolve().parent
# A socket can be told to wait no longer than its clock holds.
_A_DAY_S = 86_400


def packaged(name: str) -> Path:
    """The folder "prompts" or "seeds" that travels with the code: inside the package, else in the clone around it.

    Inside comes first: beside an installed package lies site-packages, where a folder called "prompts" may be anyone's,
    whereas a clone never has `assistant/data/`.
    """
    inside = PACKAGE / "data" / name
    return inside if inside.is_dir() else PACKAGE.parent / name


class Settings(BaseSettings):
    """What can be set; the command line's options override the environment."""

    model_config = SettingsConfigDict(env_prefix="TALKS_", extra="ignore", frozen=True)

    corpus: Path = Field(default_factory=lambda: packaged("seeds"), description="Folder or file that holds the pages.")
    home: Path = Field(
        default_factory=lambda: user_data_path("talks-assistant", appauthor=False),
        description="Where the index and the conversations are kept.",
    )
    collection: str | None = Field(
        None, description="Which collection; none means that of the corpus, or the one ingested last."
    )
    store: str | None = Field(
        None, description="A vector store's server: http(s)://… is Chroma, milvus+http(s)://… Milvus; none is embedded."
    )
    store_token: SecretStr | None = Field(None, description="Sent to that server only.")
    prompts: Path = Field(default_factory=lambda: packaged("prompts"), description="Folder of the prompt templates.")

    llm_base_url: str | None = Field(None, description="An OpenAI-compatible endpoint; none means quotes only.")
    llm_model: str | None = Field(None, description="The model there; none means the first that it lists.")
    llm_api_key: SecretStr | None = Field(None, description="Sent to that endpoint only.")
    llm_context_tokens: int | None = Field(
        None,
        ge=1024,
        description="What the model reads and writes; none means as the server tells, else 4096.",
    )
    llm_answer_tokens: int = Field(700, ge=32, description="The longest answer; four short paragraphs.")
    llm_thinking_tokens: int = Field(1500, ge=0, description="What a reasoning model may think on top of its answer.")
    llm_connect_timeout_s: float = Field(
        3.0, gt=0, le=_A_DAY_S, description="A server on this machine accepts at once."
    )
    llm_first_token_timeout_s: float = Field(
        120.0,
        gt=0,
        le=_A_DAY_S,
        description="Until its first word; a laptop may load a model and read a prompt for a minute.",
    )
    llm_idle_timeout_s: float = Field(30.0, gt=0, le=_A_DAY_S, description="The longest silence between two words.")
    llm_second_opinion: bool = Field(
        False, description="Ask the model again, in one short request, about statements that the check doubts."
    )

    embedder: Literal["bundled", "endpoint"] = Field("bundled", description="What turns texts into vectors.")
    embedding_base_url: str | None = Field(None, description="The endpoint of the embedder, when it is one.")
    embedding_model: str | None = Field(None, description="The embedding model there.")
    embedding_api_key: SecretStr | None = Field(None, description="Sent to that endpoint only.")

    keyword_weight: float = Field(
        0.6, ge=0, le=1, description="Wording against meaning; .5 and .6 measured alike, also on public collections."
    )

    host: str = Field("127.0.0.1", description="Loopback; any other address needs a password.")
    port: int = Field(7860, ge=0, le=65535, description="Gradio's own default.")
    public_name: str | None = Field(
        None, description="Behind a reverse proxy: the name that browsers open, such as talks.example.org."
    )
    allow_adding: bool = Field(
        False, description="Let visitors from other machines add files; on loopback it is always allowed."
    )
    password: SecretStr | None = Field(None, description='Asked for on the page, for the user name "talks".')
    no_password: bool = Field(
        False, description="Serve any address without one; for a container whose port only this machine reaches."
    )
    api_key: SecretStr | None = Field(None, description="Asked for by /v1 and /mcp; none means the page's password.")

    @field_validator("store", "llm_base_url", "embedding_base_url")
    @classmethod
    def _is_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        address = (value or "").strip()
        bare = address.removeprefix("milvus+") if info.field_name == "store" else address
        if address and not bare.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return address or None


def load_settings(**overrides: object) -> Settings:
    """Read the environment; keyword arguments that are not None override it.

    Raises:
        SettingsError: A value cannot be used; names the variable, never the value of a secret.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]  # checked by pydantic
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        variable = "TALKS_" + str(first["loc"][0]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{variable} cannot be used: {reason}; correct it or unset it.") from None
