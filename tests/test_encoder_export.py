"""An exported encoder gives the original's vectors, or is not used."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from termsearch.connect import encoder_of, export_encoder, export_folder
from termsearch.encoder import Encoder, Pooling, Vectors, load_encoder
from termsearch.encoder.export import export
from termsearch.encoder.onnx import OnnxEncoder, exported, verify
from termsearch.encoder.session import Session
from termsearch.encoder.transformer import TransformerEncoder
from termsearch.errors import BadVectorError, EncoderExportError, ModelUnavailableError
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.ingest import ingest
from termsearch.settings import Settings

from .bert import NAMES, save_bert, save_distilbert, save_xlm_roberta
from .concepts import FEVER

SAMPLE = NAMES[:60]


def load(folder: Path, pooling: Pooling = "cls") -> Encoder:
    return load_encoder(str(folder), pooling=pooling, device="cpu", precision="fp32")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return load(save_bert(tmp_path_factory.mktemp("bert"), spread=0.1))


@pytest.fixture
def folder(original: Encoder, tmp_path: Path) -> Path:
    export(original, tmp_path / "export", SAMPLE)
    return tmp_path / "export"


@pytest.mark.parametrize("pooling", ["cls", "mean"])
@pytest.mark.parametrize("save", [save_bert, save_xlm_roberta])
def test_an_exported_encoder_gives_the_originals_vectors(
    save: Callable[[Path], Path], pooling: Pooling, tmp_path: Path
) -> None:
    original = load(save(tmp_path), pooling)

    card = export(original, tmp_path / "export", SAMPLE)

    copy = OnnxEncoder(tmp_path / "export")
    cosines = (copy.encode(NAMES) * original.encode(NAMES)).sum(axis=1)
    assert cosines.min() >= 0.999
    assert copy.card == original.card
    assert card.cosine >= 0.9993


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_padding_changes_no_vector(pooling: Pooling, tmp_path: Path) -> None:
    export(load(save_bert(tmp_path), pooling), tmp_path / "export", SAMPLE)
    encoder = OnnxEncoder(tmp_path / "export")
    names = ["fever", "type 2 diabetes mellitus with severe chronic kidney disease", "leg pain"]

    together = encoder.encode(names)  # so few are one batch

    alone = np.concatenate([encoder.encode([name]) for name in names])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("padding", [0, 1])
def test_a_name_that_spells_out_the_padding_token_has_the_originals_vector(
    padding: int, tmp_path: Path
) -> None:
    original = load(save_xlm_roberta(tmp_path, padding=padding))
    export(original, tmp_path / "export", SAMPLE)
    names = ["fever [PAD] pain of the left femur", "[UNK] high fever", "fever"]

    copy = OnnxEncoder(tmp_path / "export")

    assert (copy.encode(names) * original.encode(names)).sum(axis=1).min() >= 0.9993


@pytest.mark.parametrize("unit", [True, False])
def test_a_vector_that_is_not_finite_is_refused_by_name(
    folder: Path, unit: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_finite(session: Session, ids: Sequence[Sequence[int]]) -> Vectors:
        return np.full((len(ids), 48), np.nan, np.float32)

    monkeypatch.setattr(Session, "states", not_finite)

    with pytest.raises(BadVectorError, match=r"no usable vector for 'fever' \(2 such names\)"):
        OnnxEncoder(folder).encode(["fever", "pain"], unit=unit)


def test_the_length_of_rows_is_kept_where_asked(original: Encoder, folder: Path) -> None:
    raw = OnnxEncoder(folder).encode(NAMES, unit=False)

    lengths = np.linalg.norm(original.encode(NAMES, unit=False), axis=1)
    np.testing.assert_allclose(np.linalg.norm(raw, axis=1), lengths, rtol=0.02)


def test_no_names_give_no_rows(folder: Path) -> None:
    assert OnnxEncoder(folder).encode([]).shape == (0, 48)


@pytest.mark.parametrize("threads", [1, 2])
def test_an_exported_encoder_takes_no_more_threads_than_it_may(
    folder: Path, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, sessions = onnxruntime.InferenceSession, []

    def noted(*arguments: Any, **more: Any) -> Any:
        sessions.append(begin(*arguments, **more))
        return sessions[-1]

    monkeypatch.setattr(onnxruntime, "InferenceSession", noted)
    encoder = OnnxEncoder(folder, threads)

    assert [each.get_session_options().intra_op_num_threads for each in sessions] == [threads]
    np.testing.assert_allclose(encoder.encode(NAMES), OnnxEncoder(folder).encode(NAMES), atol=1e-6)


def test_the_same_encoder_is_exported_to_the_same_bytes(
    original: Encoder, folder: Path, tmp_path: Path
) -> None:
    again = export(original, tmp_path / "again", SAMPLE)

    assert again == verify(folder)


def test_what_was_exported_is_left_as_it_is(original: Encoder, folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}

    export(original, folder, SAMPLE)

    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_cut_export_is_not_used_and_is_made_again(original: Encoder, folder: Path) -> None:
    data = folder / "encoder.onnx.data"
    data.write_bytes(data.read_bytes()[:-1])

    found = exported(folder, original.card)

    assert found is None
    with pytest.raises(ModelUnavailableError, match=r"expected .* delete the folder"):
        verify(folder)
    export(original, folder, SAMPLE)
    verify(folder)


def test_a_changed_byte_is_found_by_verify(folder: Path) -> None:
    data = folder / "encoder.onnx.data"
    whole = bytearray(data.read_bytes())
    whole[100] ^= 1
    data.write_bytes(whole)

    with pytest.raises(ModelUnavailableError, match="was changed since it was made"):
        verify(folder)


def test_an_export_of_another_encoder_is_not_used(folder: Path, tmp_path: Path) -> None:
    other = load(save_xlm_roberta(tmp_path))

    assert exported(folder, other.card) is None


def test_an_export_without_a_sample_is_refused(original: Encoder, tmp_path: Path) -> None:
    with pytest.raises(EncoderExportError, match="no names to compare"):
        export(original, tmp_path / "export", [])

    assert not (tmp_path / "export").exists()
    assert not [*tmp_path.glob(".making-*")]


def index_of(encoder: Encoder, home: Path) -> EdgeIndex:
    index = EdgeIndex.open_or_create(home / "terms", Manifest(encoder=encoder.card))
    ingest([FEVER], "table", encoder, index)
    return index


def test_queries_take_the_exported_encoder_unless_settings_ask_for_another_way(
    original: Encoder, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    index = index_of(original, tmp_path)

    warning = export_encoder(settings, original, index)

    assert warning == ""
    assert isinstance(encoder_of(index.manifest, settings, "terms"), OnnxEncoder)
    asked = settings.model_copy(update={"precision": "fp32"})
    assert isinstance(encoder_of(index.manifest, asked, "terms"), TransformerEncoder)
    index.close()


def test_a_network_that_cannot_be_exported_is_a_warning_and_torch_answers(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    original = load(save_distilbert(tmp_path))
    index = index_of(original, tmp_path)

    warning = export_encoder(settings, original, index)

    assert "only BERT, RoBERTa and XLM-R can be exported" in warning
    assert not export_folder(settings, original.card).exists()
    assert isinstance(encoder_of(index.manifest, settings, "terms"), TransformerEncoder)
    index.close()
