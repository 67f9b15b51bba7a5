"""The benchmark of encoders measures any model that a user can have."""

import sys
from pathlib import Path

import pytest

from benchmarks.encoder import main

from .bert import copied, save_bert


def test_a_model_without_a_tokenizer_json_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sentence_transformers", reason="the extra 'offline' is not installed")
    whole = tmp_path / "whole"
    whole.mkdir()
    model = copied(save_bert(whole, spread=0.02), tmp_path / "model", "tokenizer.json")
    (tmp_path / "names.txt").write_text("fever\nhigh fever\n", encoding="utf-8")
    options = ["--model", str(model), "--names", "2", "--runs", "1", "--device", "cpu"]
    monkeypatch.setattr(sys, "argv", ["encoder", str(tmp_path / "names.txt"), *options])

    main()

    assert "2 names, 3.50 tokens each" in capsys.readouterr().out
