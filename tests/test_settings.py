"""Settings from the environment: checked, and never printed where they are secret."""

from pathlib import Path

import click
import pytest

from termsearch.cli.options import settings_with
from termsearch.errors import ConfigError
from termsearch.service import ServiceConfig
from termsearch.settings import ENCODERS, ServiceSettings, Settings


def test_variables_set_their_fields_and_empty_ones_do_not() -> None:
    settings = Settings.from_env({"TERMSEARCH_HOME": "/x", "TERMSEARCH_MODEL": "", "PATH": "y"})

    assert (settings.home, settings.model, settings.index) == (Path("/x"), "", "terms")


def test_a_misspelt_variable_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"TERMSEARCH_HOEM is no setting; .*TERMSEARCH_HOME"):
        Settings.from_env({"TERMSEARCH_HOEM": "/x"})


def test_a_variable_that_is_like_none_is_refused_with_all_of_them() -> None:
    strange = f"TERMSEARCH_{'XYZZY' * 9}"

    with pytest.raises(ConfigError, match=f"{strange} is no setting; known: TERMSEARCH_HOST, "):
        Settings.from_env({strange: "/x"})


@pytest.mark.parametrize("name", [ENCODERS, "Encoders"])
def test_no_index_lies_where_the_encoders_of_all_do(name: str) -> None:
    with pytest.raises(click.UsageError, match="the encoders of all indexes lie there"):
        settings_with(index=name)


@pytest.mark.parametrize("name", ["a b", "../else", ".hidden", "", "terms\n"])
def test_what_can_be_no_name_of_an_index_is_told_in_words(name: str) -> None:
    with pytest.raises(click.UsageError) as refused:
        settings_with(index=name)

    assert refused.value.message == (
        f"--index: {name!r} can't be a name; expected letters, digits, '.', '_' and '-', the first "
        "a letter or a digit."
    )


def test_how_to_speak_to_a_server_is_told_in_words() -> None:
    with pytest.raises(ConfigError) as refused:
        Settings.from_env({"TERMSEARCH_GRPC": "never"})

    assert str(refused.value) == "TERMSEARCH_GRPC: 'never' is neither auto nor off nor a port."


@pytest.mark.parametrize(
    ("flags", "shown"),
    [({"keys_file": 1}, "--keys: "), ({"max_tokens": 1}, "--max-tokens: ")],
)
def test_a_flag_is_named_as_it_is_written(flags: dict[str, object], shown: str) -> None:
    with pytest.raises(click.UsageError) as refused:
        settings_with(**flags)

    assert refused.value.message.startswith(shown)


def test_the_service_is_run_as_the_settings_say() -> None:
    given = {"host": "::1", "port": 9, "keys_file": Path("keys"), "cors": ("https://a.example",),
             "log_queries": True, "concurrent": 3, "request_seconds": 2.5}  # fmt: skip

    config = ServiceConfig.from_settings(Settings(home=Path("/x"), **given))

    assert given.keys() == ServiceSettings.model_fields.keys()
    assert config.model_dump(include=set(given)) == given
    assert ServiceConfig.from_settings(Settings(home=Path("/x"))) == ServiceConfig()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TERMSEARCH_INDEX", "../else"),
        ("TERMSEARCH_PRECISION", "fp8"),
        ("TERMSEARCH_MAX_TOKENS", "many"),
    ],
)
def test_a_value_out_of_range_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name}: "):
        Settings.from_env({name: value})


def test_the_key_may_come_from_a_file_and_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    settings = Settings.from_env(
        {"QDRANT_API_KEY_FILE": str(tmp_path / "key"), "QDRANT_API_KEY": "other"}
    )

    assert settings.api_key() == "s3cret"
    assert "other" not in repr(settings)


def test_a_key_file_that_is_missing_is_one_line(tmp_path: Path) -> None:
    settings = Settings.from_env({"QDRANT_API_KEY_FILE": str(tmp_path / "none")})

    with pytest.raises(ConfigError, match=r"QDRANT_API_KEY_FILE: .*none can't be read"):
        settings.api_key()


def test_blanks_part_the_origins_of_the_service() -> None:
    settings = Settings.from_env({"TERMSEARCH_CORS": "https://a.example  https://b.example"})

    assert settings.cors == ("https://a.example", "https://b.example")
