"""What a device can't do is found out and told in one line."""

import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from termsearch.cli import main
from termsearch.encoder import Encoder, load_encoder
from termsearch.encoder.device import capabilities, find_device
from termsearch.encoder.runner import TorchRunner
from termsearch.errors import ConfigError, TermsearchError

from .bert import NAMES, save_bert

ATTENTION = "torch.nn.functional.scaled_dot_product_attention"
FULL = "CUDA out of memory. Tried to allocate 384.00 MiB.\nMore about it."
BROKEN = "CUDA error: device-side assert triggered\nMore about it."


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def encoder(bert: Path) -> Encoder:
    return load_encoder(str(bert), pooling="cls", device="cpu", precision="fp32")


@pytest.mark.parametrize("device", ["nosuch", "meta", "hpu", ""])
def test_a_device_that_is_not_there_is_one_line(bert: Path, device: str) -> None:
    with pytest.raises(ConfigError, match=rf"no device '{device}' here .*--device cpu"):
        load_encoder(str(bert), pooling="cls", device=device)


def test_a_card_without_kernels_is_not_taken_by_itself_and_refused_where_asked_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begin = torch.ones

    def without_kernels(*size: int, device: str) -> torch.Tensor:
        if device == "cuda":
            message = "CUDA error: no kernel image is available for execution on the device"
            raise RuntimeError(message)
        return begin(*size, device=device)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch, "ones", without_kernels)

    with caplog.at_level(logging.WARNING, "termsearch.encoder"):
        found = find_device("auto")

    assert found.type == "cpu"
    assert "cuda is here and can't be used (CUDA error: no kernel image" in caplog.text
    with pytest.raises(ConfigError, match=r"no device 'cuda' here .*no kernel image"):
        find_device("cuda")


def test_bf16_is_decided_by_the_device_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = [SimpleNamespace(major=8), SimpleNamespace(major=7)]
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(
        torch.cuda, "get_device_properties", lambda device: cards[torch.device(device).index or 0]
    )

    found = [capabilities(torch.device("cuda", number)) for number in range(2)]

    assert found == [{"bf16"}, set()]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (torch.OutOfMemoryError(FULL), r"the device cpu is out of memory \(CUDA out of memory"),
        (
            RuntimeError(BROKEN),
            r"the device cpu failed \(CUDA error: device-side assert triggered\)",
        ),
    ],
)
def test_a_device_that_fails_is_one_line_where_it_loads_and_where_it_computes(
    bert: Path, monkeypatch: pytest.MonkeyPatch, error: RuntimeError, told: str
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise error

    loaded = load_encoder(str(bert), pooling="cls", device="cpu", precision="fp32")
    with monkeypatch.context() as patch:
        patch.setattr(ATTENTION, failing)
        with pytest.raises(TermsearchError, match=told) as computing:
            loaded.encode(NAMES)
    monkeypatch.setattr(torch.nn.Module, "to", failing)
    with pytest.raises(TermsearchError, match=told):
        load_encoder(str(bert), pooling="cls", device="cpu", precision="fp32")

    assert "Take another --device, --device cpu" in str(computing.value)
    assert "\n" not in str(computing.value)


def test_an_error_of_ours_is_not_taken_for_one_of_the_device(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(ATTENTION, failing)

    with pytest.raises(RuntimeError, match="shapes do not match"):
        encoder.encode(NAMES)


def test_embed_tells_a_full_device_in_one_line(
    bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise torch.OutOfMemoryError(FULL)

    (tmp_path / "names.txt").write_text("fever\n", encoding="utf-8")
    arguments = ["embed", str(tmp_path / "names.txt"), "-o", str(tmp_path / "out.npy")]
    monkeypatch.setattr(torch.nn.Module, "to", failing)

    done = CliRunner().invoke(main, [*arguments, "--model", str(bert), "--pooling", "cls"])

    assert done.exit_code == 1
    assert done.stderr.startswith("Error: the device cpu is out of memory (CUDA out of memory.")
    assert [path.name for path in tmp_path.iterdir()] == ["names.txt"]


class Narrow(torch.nn.Module):
    """Has room for so many tokens; gives the ids back."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room
        self.refused = 0

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        if ids.numel() > self.room:
            self.refused += 1
            raise torch.OutOfMemoryError(FULL)
        return ids


def test_a_batch_that_has_no_room_is_halved_until_it_has_and_so_are_those_after_it() -> None:
    network = Narrow(40)
    runner = TorchRunner(network, torch.device("cpu"))
    ids = [[number] * (1 + number % 3) for number in range(0, 900, 3)]

    rows = runner.states(ids)
    refused = network.refused
    again = runner.states(ids)

    np.testing.assert_equal(rows, ids)
    np.testing.assert_equal(again, ids)
    assert 0 < refused < 10
    assert network.refused == refused


def test_a_name_that_has_no_room_by_itself_is_an_error() -> None:
    runner = TorchRunner(Narrow(3), torch.device("cpu"))

    with pytest.raises(torch.OutOfMemoryError):
        runner.states([[1, 2, 3, 4], [5, 6, 7, 8]])


def plans() -> bool:
    return bool(torch.backends.cuda.cudnn_sdp_enabled())  # type: ignore[no-untyped-call]  # torch's


@pytest.fixture
def cudnn() -> Iterator[None]:
    before = plans()
    torch.backends.cuda.enable_cudnn_sdp(True)
    yield
    torch.backends.cuda.enable_cudnn_sdp(before)


@pytest.mark.usefixtures("cudnn")
def test_attention_that_plans_for_every_shape_is_turned_off_on_cuda_alone() -> None:
    TorchRunner(torch.nn.Identity(), torch.device("cpu"))
    on_the_cpu = plans()
    TorchRunner(torch.nn.Identity(), torch.device("cuda"))

    assert (on_the_cpu, plans()) == (True, False)


class Mps:
    """Stands in for the device: tensors stay where they are, and ids may be garbled on the way."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.copies: list[dict[str, Any]] = []
        self.garbles = False
        self.error: RuntimeError | None = None
        ones, module_to, tensor_to = torch.ones, torch.nn.Module.to, torch.Tensor.to

        def is_here(to: tuple[Any, ...]) -> bool:
            return bool(to) and isinstance(to[0], torch.device) and to[0].type == "mps"

        def moved(tensor: torch.Tensor, *to: Any, **named: Any) -> torch.Tensor:
            if not is_here(to):
                return tensor_to(tensor, *to, **named)
            self.copies.append(named)
            if self.error:
                raise self.error
            return torch.full_like(tensor, 4) if self.garbles else tensor

        monkeypatch.setattr(torch, "ones", lambda *size, **_: ones(*size))
        monkeypatch.setattr(
            torch.nn.Module,
            "to",
            lambda module, *to, **named: module if is_here(to) else module_to(module, *to, **named),
        )
        monkeypatch.setattr(torch.Tensor, "to", moved)


def test_another_device_is_taken_where_it_gives_the_vectors_of_the_cpu(
    bert: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    mps = Mps(monkeypatch)

    found = load_encoder(str(bert), pooling="cls", device="mps", precision="fp32").encode(NAMES)

    np.testing.assert_allclose(found, encoder.encode(NAMES), atol=1e-5)
    assert mps.copies
    assert not any(named.get("non_blocking") for named in mps.copies)


def test_another_device_is_refused_where_it_gives_other_vectors_than_the_cpu(
    bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Mps(monkeypatch).garbles = True

    with pytest.raises(
        ConfigError, match=r"on the device mps, vectors .* fall to cosine .*; 0\.999 is the least"
    ):
        load_encoder(str(bert), pooling="cls", device="mps", precision="fp32")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("The operator 'aten::x' is not implemented.\nMore.", r"The operator .* implemented\."),
        ("", "NotImplementedError"),
    ],
)
def test_another_device_is_refused_where_it_lacks_what_the_network_needs(
    bert: Path, monkeypatch: pytest.MonkeyPatch, said: str, told: str
) -> None:
    Mps(monkeypatch).error = NotImplementedError(said)

    with pytest.raises(ConfigError, match=rf"the device mps can't compute .* \({told}\)"):
        load_encoder(str(bert), pooling="cls", device="mps", precision="fp32")


class Slow(torch.nn.Module):
    """Keeps a GPU at work for some hundred milliseconds, then gives the ids back."""

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        torch.cuda._sleep(10**9)  # type: ignore[no-untyped-call]  # cycles; torch has no types
        return ids


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_rows_are_collected_while_the_device_is_at_what_was_launched_since() -> None:
    runner = TorchRunner(Slow(), torch.device("cuda"))
    first, second = runner.launch([[1, 2], [3, 4]]), runner.launch([[5, 6]])

    rows = first()
    at_work = not torch.cuda.current_stream().query()

    assert at_work
    np.testing.assert_equal(rows, [[1, 2], [3, 4]])
    np.testing.assert_equal(second(), [[5, 6]])
