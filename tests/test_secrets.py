"""Keys and passwords: taken as they are meant, and never shown."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from termsearch.errors import ConfigError
from termsearch.settings import Settings

KEY = "c0rrect-horse"


def keys(settings: Settings) -> tuple[str | None, str | None]:
    return settings.api_key(), settings.service_key()


@pytest.mark.parametrize("given", [f"{KEY}\n", f" {KEY} ", f"{KEY}\r\n", f"\t{KEY}"])
def test_what_a_shell_leaves_around_a_key_is_no_part_of_it(given: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(given, newline="")
    file = str(tmp_path / "key")

    said = Settings.from_env({"QDRANT_API_KEY": given, "TERMSEARCH_KEY": given})
    filed = Settings.from_env({"QDRANT_API_KEY_FILE": file, "TERMSEARCH_KEY_FILE": file})

    assert keys(said) == keys(filed) == (KEY, KEY)


@pytest.mark.parametrize("variable", ["QDRANT_API_KEY", "TERMSEARCH_KEY"])
@pytest.mark.parametrize("between", ["\n", " ", "\0", "\x7f", "\x1b"])
def test_a_key_that_no_header_carries_is_refused_and_not_shown(
    variable: str, between: str, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(f"{KEY}{between}{KEY}", newline="")
    settings = Settings.from_env({f"{variable}_FILE": str(tmp_path / "key")})

    with pytest.raises(ConfigError, match=f"^{variable}: expected ASCII") as said:
        Settings.from_env({variable: f"{KEY}{between}{KEY}"})
    with pytest.raises(ConfigError, match=f"^{variable}_FILE: .*key: expected ASCII") as filed:
        keys(settings)

    assert KEY not in f"{said.value}{filed.value}"


def test_a_key_of_blanks_is_none() -> None:
    assert keys(Settings.from_env({"QDRANT_API_KEY": " ", "TERMSEARCH_KEY": "\n"})) == (None, None)


@pytest.mark.parametrize(
    "url",
    [
        f"http://user:{KEY}@127.0.0.1:6333",
        f"http://{KEY}@127.0.0.1:6333",
        f"http://user:{KEY}/2@127.0.0.1:6333",
        f"http://user:{KEY}@[127.0.0.1",
        f"http://127.0.0.1:6333?api-key={KEY}",
        f"http://127.0.0.1:6333/#{KEY}",
    ],
)
def test_an_address_with_more_than_an_address_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ConfigError, match=r"^QDRANT_URL: expected no") as refused:
        Settings.from_env({"QDRANT_URL": url})

    assert KEY not in str(refused.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:6333", "https://q.example/qdrant/", "http://q"])
def test_an_address_may_have_a_path(url: str) -> None:
    assert Settings.from_env({"QDRANT_URL": url}).qdrant_url == url


@pytest.mark.parametrize(
    "given",
    [{"qdrant_api_key": f"{KEY} {KEY}"}, {"key": f"{KEY}\n{KEY}"},
     {"qdrant_url": f"http://user:{KEY}@127.0.0.1"}],
)  # fmt: skip
def test_a_program_that_gives_a_wrong_one_is_not_shown_it_either(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="expected") as refused:
        Settings(home=Path("/x"), **given)

    assert KEY not in str(refused.value)
