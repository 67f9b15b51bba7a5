"""BERT's forward pass for batches of names of one length, on torch.

What a general implementation has to do and this one need not: there is no padding and so no mask;
one matrix gives query, key and value; where the vector is the [CLS] state, the last layer computes
that state alone, since no other is read. All of it is exact.

RoBERTa and XLM-R are the same network with positions that start behind the padding token's id; that
token, should a name spell it out, stands at its own id and is not counted
(https://github.com/facebookresearch/fairseq, ``make_positions``).
"""

from collections.abc import Iterator
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from termsearch.encoder import Pooling

__all__ = ["Bert", "Layer", "Whole"]

_FAMILY = {"bert", "roberta", "xlm-roberta", "camembert"}


class Layer(nn.Module):
    """One transformer layer, normalised after each half (Vaswani et al. 2017, arXiv 1706.03762).

    Attributes:
        ask: Gives the query of the first token; None where ``packed`` gives all queries.
        packed: Gives key and value, and before them the query unless ``ask`` does.
    """

    def __init__(self, source: nn.Module, heads: int, *, first_only: bool) -> None:
        super().__init__()
        attention: Any = source.get_submodule("attention")
        own = attention.get_submodule("self")
        parts = [own.query, own.key, own.value]
        self.heads = heads
        self.ask: nn.Linear | None = own.query if first_only else None
        self.packed = _packed(parts[1:] if first_only else parts)
        self.out: nn.Linear = attention.output.dense
        self.norm_attention: nn.LayerNorm = attention.output.LayerNorm
        self.up: nn.Linear = source.get_submodule("intermediate.dense")  # type: ignore[assignment]  # checked by use
        self.down: nn.Linear = source.get_submodule("output.dense")  # type: ignore[assignment]  # checked by use
        self.norm: nn.LayerNorm = source.get_submodule("output.LayerNorm")  # type: ignore[assignment]  # checked by use

    def forward(self, states: Tensor) -> Tensor:
        """Shape ``(names, tokens, width)``; ``(names, 1, width)`` where ``ask`` is set."""
        if self.ask is None:
            asked = states
            query, key, value = self.packed(states).chunk(3, dim=-1)
        else:
            asked = states[:, :1]
            query = self.ask(asked)
            key, value = self.packed(states).chunk(2, dim=-1)
        query, key, value = map(self._split, (query, key, value))
        heads = functional.scaled_dot_product_attention(query, key, value)
        joined = heads.transpose(1, 2).flatten(2)
        half = self.norm_attention(self.out(joined) + asked)
        whole: Tensor = self.norm(self.down(functional.gelu(self.up(half))) + half)
        return whole

    def _split(self, states: Tensor) -> Tensor:
        """``(names, tokens, width)`` to ``(names, heads, tokens, width / heads)``."""
        names, tokens, _ = states.shape
        return states.view(names, tokens, self.heads, -1).transpose(1, 2)


class Bert(nn.Module):
    """Token ids, shape ``(names, tokens)``, to pooled states, ``(names, width)``, float32.

    Attributes:
        padding: The token that is not counted, RoBERTa's alone; its position is the first of
            ``positions``.
        room: Tokens that there are positions for.
    """

    def __init__(self, model: nn.Module, pooling: Pooling) -> None:
        super().__init__()
        config: Any = model.config
        embeddings: Any = model.get_submodule("embeddings")
        self.pooling: Pooling = pooling
        self.room = _room(model)
        self.words: nn.Embedding = embeddings.word_embeddings
        kind = embeddings.token_type_embeddings.weight[0]
        self.padding = None if config.model_type == "bert" else int(config.pad_token_id)
        # A name is one segment: the type's vector is part of every position's.
        self.positions = nn.Parameter(
            (embeddings.position_embeddings.weight[self.padding or 0 :] + kind).detach()
        )
        self.norm: nn.LayerNorm = embeddings.LayerNorm
        last = config.num_hidden_layers - 1
        self.layers = nn.ModuleList(
            Layer(
                source, config.num_attention_heads, first_only=pooling == "cls" and number == last
            )
            for number, source in enumerate(model.get_submodule("encoder.layer").children())
        )

    @classmethod
    def of(cls, model: nn.Module, pooling: Pooling) -> Self | None:
        """The same weights, shared with ``model``; None if it is another kind of network."""
        config: Any = model.config
        usual = (
            getattr(config, "model_type", "") in _FAMILY
            and getattr(config, "hidden_act", "") == "gelu"
            and getattr(config, "position_embedding_type", "absolute") == "absolute"
            and not getattr(config, "is_decoder", False)
        )
        return cls(model, pooling).eval() if usual else None

    def forward(self, ids: Tensor) -> Tensor:
        """See the class."""
        states = self.norm(self.words(ids) + self._places(ids))
        for layer in self.layers:
            states = layer(states)
        return _pooled(states, self.pooling)

    def _places(self, ids: Tensor) -> Tensor:
        if self.padding is None:
            return self.positions[: ids.shape[1]]
        counted = ids != self.padding
        return self.positions[counted.cumsum(dim=1) * counted]

    def linears(self) -> Iterator[tuple[str, nn.Linear]]:
        """Every matrix product with weights, by the name it has in the ONNX graph."""
        return ((name, part) for name, part in self.named_modules() if isinstance(part, nn.Linear))


class Whole(nn.Module):
    """Any other network of transformers, pooled likewise.

    Attributes:
        room: Tokens that there are positions for; None: it takes any number.
    """

    def __init__(self, model: nn.Module, pooling: Pooling) -> None:
        super().__init__()
        self.model, self.pooling, self.room = model, pooling, _room(model)

    def forward(self, ids: Tensor) -> Tensor:
        """See :class:`Bert`."""
        return _pooled(self.model(input_ids=ids).last_hidden_state, self.pooling)


def _room(model: nn.Module) -> int | None:
    config: Any = model.config
    positions = getattr(config, "max_position_embeddings", None)
    if not isinstance(positions, int) or positions <= 0:  # -1: XLNet's, which has none
        return None
    # RoBERTa's kin count from the one behind the padding's, which these embeddings are told.
    tables = (part for name, part in model.named_modules() if name.endswith("position_embeddings"))
    padding = getattr(next(tables, None), "padding_idx", None)
    return positions if padding is None else positions - padding - 1


def _pooled(states: Tensor, pooling: Pooling) -> Tensor:
    # The mean is taken in fp32: bf16 has 8 bits to add up to 256 tokens with.
    return (states[:, 0] if pooling == "cls" else states.float().mean(dim=1)).float()


def _packed(parts: list[nn.Linear]) -> nn.Linear:
    whole = nn.Linear(parts[0].in_features, sum(part.out_features for part in parts))
    with torch.no_grad():
        whole.weight.copy_(torch.cat([part.weight for part in parts]))
        whole.bias.copy_(torch.cat([part.bias for part in parts]))
    return whole.to(parts[0].weight.device)
