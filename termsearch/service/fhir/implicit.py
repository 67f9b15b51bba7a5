"""Addresses of value sets that nobody has to define.

https://hl7.org/fhir/R4/snomedct.html#implicit; the same for every other code system.
"""

import re
from typing import Final, NamedTuple
from urllib.parse import unquote

from termsearch.service.fhir.outcome import Json, not_found, not_supported
from termsearch.service.fhir.systems import System, Systems, split_canonical

__all__ = ["Implicit", "read_ecl", "read_url"]

#: All of Expression Constraint Language that is read: ``<< 386661006 |Fever|``.
#: https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
_ECL: Final = re.compile(r"\s*(<<?)\s*([^\s|<>=!^*:,.(){}]+)\s*(?:\|[^|]*\|\s*)?")

_FORMS: Final = "?fhir_vs, ?fhir_vs=isa/CODE, ?fhir_vs=ecl/<CODE and ?fhir_vs=ecl/<<CODE"


class Implicit(NamedTuple):
    """What such an address says."""

    url: str  #: without a version, and without a bar, which would set one off
    system: System
    root: str = ""  #: the code that all are below; empty: all of the code system
    strict: bool = False  #: without that code itself

    @property
    def title(self) -> str:
        """For people."""
        if not self.root:
            return f"All of {self.system.title}"
        return f"{self.system.title} {'below' if self.strict else 'from'} {self.root}"

    @property
    def include(self) -> Json:
        """The same, said in full."""
        made: Json = {"system": self.system.uri}
        if self.system.version:
            made["version"] = self.system.version
        if self.root:
            below = "descendent-of" if self.strict else "is-a"
            made["filter"] = [{"property": "concept", "op": below, "value": self.root}]
        return made


def read_url(systems: Systems, url: str) -> Implicit:
    """What the address of an implicit value set says.

    Raises:
        Problem: 404, it is none, or of a code system that is not in the index; 400, it is one that
            is not supported.
    """
    url, version = split_canonical(url)
    address, question, query = url.partition("?")
    if not question:
        if not address.endswith("/vs"):
            raise not_found(_no_value_set(systems, address))
        return Implicit(url, systems.system(address.removesuffix("/vs"), version))
    name, _, form = query.partition("=")
    if name != "fhir_vs":
        raise not_found(f"no value set {url}; those of a code system are {_FORMS}.")
    return _of_form(url.replace("|", "%7C"), systems.system(address, version), form)


def read_ecl(system: System, text: str) -> tuple[str, bool]:
    """The code of an expression, and whether that code itself is left out.

    Raises:
        Problem: 400, it is more than a code and what is below it.
    """
    found = _ECL.fullmatch(text)
    if found is None:
        raise not_supported(
            f"of ECL < and << before one code are supported, as in <<CODE |name|; "
            f"{text[:200]!r} of {system.title} is not."
        )
    return found[2], found[1] == "<"


def _of_form(url: str, system: System, form: str) -> Implicit:
    if not form:
        return Implicit(url, system)
    kind, _, said = form.partition("/")
    if kind == "isa" and said:
        return Implicit(url, system, unquote(said).strip())
    if kind == "ecl" and said:
        root, strict = read_ecl(system, unquote(said))
        return Implicit(url, system, root, strict)
    raise not_supported(f"?fhir_vs={form[:200]} is not supported; these are: {_FORMS}.")


def _no_value_set(systems: Systems, address: str) -> str:
    system = systems.find(address)
    if system:
        return f"{address} is a code system; the value set of all its codes is {system.value_set}."
    return f"no value set {address}; there are those of the code systems: {_FORMS}."
