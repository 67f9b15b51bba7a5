"""Does a name contradict what was asked? Numbers, sides, polarity, negation, history.

Vectors of "type 1" and "type 2", of left and right, of hyper- and hypokalemia all but coincide.
:func:`facts` reads what a text says of each such attribute, :func:`conflicts` compares two texts
and answers in sentences. Silence contradicts nothing: "diabetes" and "type 1 diabetes" may be the
same. What is near and not the same, "diabetes" and "prediabetes", :func:`shades` counts. English
only; a text in another language states little and so conflicts little.
"""

from termsearch.conflict.compare import conflicts, shades
from termsearch.conflict.reading import facts
from termsearch.conflict.stated import Facts, Stated

__all__ = ["Facts", "Stated", "conflicts", "facts", "shades"]
