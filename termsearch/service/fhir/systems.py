"""The code systems of an index: what FHIR calls them, and which versions are here."""

import re
from typing import Final, NamedTuple

from termsearch.index.manifest import Manifest
from termsearch.service.fhir.dates import released
from termsearch.service.fhir.outcome import invalid, not_found
from termsearch.vocabulary import Vocabulary, known_vocabulary, vocabulary_id

__all__ = ["LOCAL", "System", "Systems", "address_of", "dated", "split_canonical", "vocabulary_of"]

#: Before the id of a vocabulary that has no address of its own, and before our own extensions.
LOCAL: Final = "urn:x-termsearch:"

#: Nobody reads more in one line.
_NAMED: Final = 12
_NO_ID: Final = re.compile(r"[^A-Za-z0-9.-]")
#: An edition of SNOMED CT: http://snomed.org/uri.
_EDITION: Final = re.compile(r"http://snomed\.info/sct/\d+(?:/version/(\w+))?/?", re.IGNORECASE)


class System(NamedTuple):
    """One code system."""

    vocabulary: str
    uri: str
    title: str
    oid: str
    version: str  #: empty where the release is not known
    owned: bool  #: off for one whose codes are known by the concepts that use them (UMLS)
    concepts: int

    @property
    def id(self) -> str:
        """Of the resource: https://hl7.org/fhir/R4/datatypes.html#id."""
        return _NO_ID.sub("-", self.vocabulary)[:64]

    @property
    def value_set(self) -> str:
        """Address of the set of all its codes."""
        return f"{self.uri}?fhir_vs"

    @property
    def released(self) -> str:
        """The date of its version, as far as that says: ``2026-01-31``, ``2026`` or nothing."""
        return released(self.version)

    @property
    def canonical(self) -> str:
        """``uri|version``; the ``uri`` alone where the version is not known."""
        return f"{self.uri}|{self.version}" if self.version else self.uri

    def require(self, version: str) -> None:
        """Refuse a version that is not here.

        Args:
            version: As a client says it: a release, or the address of a SNOMED CT edition, of
                which the date counts. The index does not know which edition it is.

        Raises:
            Problem: 404.
        """
        said = dated(version)
        if said and said not in {self.version, *self.version.split(", ")}:
            held = f"version {self.version} is" if self.version else "its version is not known"
            raise not_found(f"{self.uri} version {version} is not here; {held}.")


class Systems:
    """All code systems of an index, those with concepts of their own first."""

    def __init__(self, manifest: Manifest) -> None:
        owned, releases = manifest.vocabularies(), manifest.releases()
        names = dict.fromkeys([*owned, *manifest.searchable_vocabularies()])
        self.all = [
            _system(
                name,
                version=releases.get(name, ""),
                owned=name in owned,
                concepts=sum(each.concepts for each in manifest.loaded if each.vocabulary == name),
            )
            for name in names
        ]
        self._by_vocabulary = {system.vocabulary: system for system in self.all}
        self._by_id = {system.id: system for system in self.all}

    def of_vocabulary(self, vocabulary: str) -> System | None:
        """None if the index does not hold it."""
        return self._by_vocabulary.get(vocabulary)

    def of_id(self, resource_id: str) -> System:
        """That of a resource.

        Raises:
            Problem: 404.
        """
        if resource_id not in self._by_id:
            raise not_found(f"no id {resource_id!r}; there are: {', '.join(self._by_id)}.")
        return self._by_id[resource_id]

    def find(self, uri: str) -> System | None:
        """None if the index does not hold it; ``uri`` may be any name of a vocabulary."""
        return self._by_vocabulary.get(vocabulary_of(uri))

    def system(self, uri: str, version: str = "") -> System:
        """The code system that a client means; ``uri`` may end in ``|version``.

        Raises:
            Problem: 404, it is not in the index, or not in this version; 400, none is named.
        """
        uri, named = split_canonical(uri)
        if not uri:
            raise invalid(f"no system is given; expected one of {self._names()}.")
        found = self.find(uri)
        if found is None:
            raise not_found(f"code system {uri} is not in the index; there are: {self._names()}.")
        edition = _EDITION.fullmatch(uri)
        for each in (edition[1] or "" if edition else "", named, version):
            found.require(each)
        return found

    def _names(self) -> str:
        names = [system.uri for system in self.all if system.owned]
        return ", ".join((*names[:_NAMED], *(["..."] if len(names) > _NAMED else [])))


def dated(version: str) -> str:
    """A version as it was said; of the address of a SNOMED CT edition its date."""
    edition = _EDITION.fullmatch(version)
    return (edition[1] or "") if edition else version


def split_canonical(text: str) -> tuple[str, str]:
    """Address and version of ``address|version``: https://hl7.org/fhir/R4/references.html#canonical.

    Two bars are those around a name in an expression: ``?fhir_vs=ecl/<<CODE |name|``.
    """
    address, _, version = text.rpartition("|")
    return (address, version) if text.count("|") % 2 else (text, "")


def address_of(vocabulary: str) -> str:
    """FHIR's ``system`` for a vocabulary, in the index or not."""
    known = known_vocabulary(vocabulary) or Vocabulary(vocabulary, vocabulary)
    return known.uri or (f"urn:oid:{known.oid}" if known.oid else f"{LOCAL}{vocabulary}")


def vocabulary_of(uri: str) -> str:
    """What FHIR's ``system``, or any other name of a vocabulary, means; in the index or not."""
    return vocabulary_id(uri.casefold().removeprefix(LOCAL))


def _system(name: str, *, version: str, owned: bool, concepts: int) -> System:
    known = known_vocabulary(name) or Vocabulary(name, name)
    return System(name, address_of(name), known.title, known.oid, version, owned, concepts)
