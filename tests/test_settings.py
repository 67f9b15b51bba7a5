"""Settings from the environment: checked, and never printed where they are secret."""

from pathlib import Path

import pytest

from termsearch.errors import ConfigError
from termsearch.settings import Settings


def test_variables_set_their_fields_and_empty_ones_do_not() -> None:
    settings = Settings.from_env({"TERMSEARCH_HOME": "/x", "TERMSEARCH_MODEL": "", "PATH": "y"})

    assert (settings.home, settings.model, settings.index) == (Path("/x"), "", "terms")


def test_a_misspelt_variable_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"TERMSEARCH_HOEM is no setting; .*TERMSEARCH_HOME"):
        Settings.from_env({"TERMSEARCH_HOEM": "/x"})


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
