"""Several devices work as one encoder, several threads load one after the other."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from termsearch.encoder import EncoderCard, Vectors, load_encoder
from termsearch.encoder.sharded import Sharded
from termsearch.errors import TermsearchError

from .bert import NAMES, save_bert


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


@pytest.mark.parametrize("count", [1, 2, len(NAMES)])
def test_two_devices_share_the_names_and_keep_their_order(bert: Path, count: int) -> None:
    encoder = load_encoder(str(bert), pooling="cls", device="cpu", precision="fp32")
    both = load_encoder(str(bert), pooling="cls", device="cpu,cpu", precision="fp32")

    np.testing.assert_allclose(both.encode(NAMES[:count]), encoder.encode(NAMES[:count]), atol=1e-5)
    assert both.card == encoder.card


class Device:
    """An encoder that waits, or fails."""

    card = EncoderCard(model="m", weights="w", pooling="cls", dimension=4, max_tokens=25)
    chunk = 131_072

    def __init__(self, until: Event | None = None) -> None:
        self.until = until
        self.finished = False

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        if self.until is None:
            raise TermsearchError("the device cuda:1 is out of memory")
        self.until.wait(30)
        self.finished = True
        return np.full((len(names), 4), unit, np.float32)


def test_an_error_of_one_device_is_heard_while_the_others_work() -> None:
    done = Event()
    slow = Device(done)
    both = Sharded([slow, Device()])

    with pytest.raises(TermsearchError, match="cuda:1 is out of memory"):
        both.encode(NAMES)

    finished = slow.finished
    done.set()
    assert not finished


@pytest.mark.parametrize(("devices", "chunk"), [(1, 131_072), (4, 524_288), (8, 524_288)])
def test_a_chunk_has_no_more_names_with_many_devices(devices: int, chunk: int) -> None:
    assert Sharded([Device()] * devices).chunk == chunk


def test_models_that_are_loaded_at_once_are_read_one_after_the_other(
    bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, running, most = transformers.AutoModel.from_pretrained, [], []

    def noted(*arguments: Any, **named: Any) -> Any:
        running.append(1)
        most.append(len(running))
        time.sleep(0.05)  # long enough for the others to come
        found = begin(*arguments, **named)
        running.pop()
        return found

    monkeypatch.setattr(transformers.AutoModel, "from_pretrained", noted)
    initialiser = torch.nn.init.normal_

    with ThreadPoolExecutor(4) as threads:
        loads = [
            threads.submit(load_encoder, str(bert), pooling="cls", device="cpu") for _ in range(4)
        ]
        for load in loads:
            load.result()

    assert most == [1] * 4
    assert torch.nn.init.normal_ is initialiser
