"""What may be chosen of an encoder. Apart from it, so that settings are read without numpy."""

from typing import Literal

__all__ = ["Pooling", "Precision"]

#: How token states become one vector: the first token's, or their mean.
Pooling = Literal["cls", "mean"]

#: ``auto`` takes the fastest that the device has and a check of its own passes; ``int8``, where it
#: is asked for, may turn a vector to cosine 0.995.
Precision = Literal["auto", "fp32", "bf16", "int8"]
