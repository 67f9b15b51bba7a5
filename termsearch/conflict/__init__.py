"""Does a name contradict what was asked? Numbers, sides, polarity, negation, history.

Vectors of "type 1" and "type 2", of left and right, of hyper- and hypokalemia all but coincide.
:func:`facts` reads what a text says of each such attribute, :func:`conflicts` compares two texts
and answers in sentences. Silence contradicts nothing: "diabetes" and "type 1 diabetes" differ in
:func:`added` and :func:`unmatched` alone, "diabetes" and "prediabetes" in :func:`shades`. English
only; a text in another language states little and so conflicts little.
"""

from termsearch.conflict.compare import added, conflicts, shades, unmatched
from termsearch.conflict.reading import facts
from termsearch.conflict.stated import Facts, Stated

__all__ = ["Facts", "Stated", "added", "conflicts", "facts", "shades", "unmatched"]
