"""An index in one file: to be built where the GPU is and served where the patients are.

A bundle is a plain tar archive. ``bundle.json`` comes first and says what is inside, the licences
of the content too; ``SHA256SUMS`` comes last, in the format of ``sha256sum``. Nothing is
compressed: vectors do not shrink, and an archive that can be copied at the speed of the disk can be
checked at that speed too.
"""

from termsearch.bundle.card import ENCODER, INDEX, BundleCard
from termsearch.bundle.pack import write_bundle
from termsearch.bundle.unpack import card_of, unpacked

__all__ = ["ENCODER", "INDEX", "BundleCard", "card_of", "unpacked", "write_bundle"]
