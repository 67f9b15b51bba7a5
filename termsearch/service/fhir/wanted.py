"""The value set that an operation is about."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from termsearch.index import Index
from termsearch.service.fhir.call import Call
from termsearch.service.fhir.datatypes import Compose, Contained, Enumerated, Include, ValueSet
from termsearch.service.fhir.outcome import invalid
from termsearch.service.fhir.sets import Set, by_url, inline
from termsearch.service.fhir.systems import System, Systems, split_canonical

__all__ = ["value_set_of"]

#: Each ``system|version``. There is one version of a code system: another is an error.
_VERSIONS: Final = ("system-version", "check-system-version", "force-system-version")


def value_set_of(index: Index, call: Call) -> Set:
    """The one that is sent or named, without the code systems that are to be left out.

    Raises:
        Problem: None is given or two are, or something of it is not here.
    """
    systems, given = call.systems, call.given
    forced = {system for system, _ in _versions(call, "force-system-version")}
    sent, url = given.one("valueSet", ValueSet), given.text("url")
    if sent is not None and url and not _is_named(sent, url, given.text("valueSetVersion")):
        raise invalid(f"two value sets are given: the ValueSet that is sent, and {url[:200]}.")
    if sent is not None:
        wanted = inline(index, systems, _forced(_defined(sent), systems, forced))
    elif url:
        wanted = by_url(index, systems, url, given.text("valueSetVersion"))
    else:
        raise invalid(f"no value set is given; expected url, such as {systems.all[0].value_set}.")
    left = {systems.find(split_canonical(each)[0]) for each in given.texts("exclude-system")}
    wanted = replace(wanted, parts=tuple(part for part in wanted.parts if part.system not in left))
    call.require_held(wanted.systems)
    for name in _VERSIONS:
        for system, version in _versions(call, name):
            if system in wanted.systems:
                system.require(version)
    return wanted


def _is_named(sent: ValueSet, url: str, version: str) -> bool:
    """Whether the address and the version beside a value set are its own."""
    address, named = split_canonical(url)
    said = {named, version, sent.version} - {""}
    return address == sent.url and len(said) <= 1


def _versions(call: Call, name: str) -> Iterator[tuple[System, str]]:
    """Each ``system|version`` of a parameter, of the code systems that are here."""
    for uri, version in map(split_canonical, call.given.texts(name)):
        system = call.systems.find(uri)
        if system:
            yield system, version


def _defined(sent: ValueSet) -> ValueSet:
    """By its codes, where it comes as an expansion alone that has all of them."""
    if sent.compose is not None or sent.expansion is None:
        return sent
    every = [each for top in sent.expansion.contains for each in top.every()]
    if not every or len(every) < (sent.expansion.total or 0):
        return sent
    codes: dict[tuple[str, str], list[Enumerated]] = {}
    for each in every:
        if each.code:
            codes.setdefault((each.system, each.version), []).append(_listed(each))
    include = [Include(system=system, version=version, concept=concepts)
               for (system, version), concepts in codes.items()]  # fmt: skip
    return sent.model_copy(update={"compose": Compose.model_construct(include=include)})


def _listed(one: Contained) -> Enumerated:
    return Enumerated(code=one.code, display=one.display, designation=one.designation)


def _forced(sent: ValueSet, systems: Systems, forced: set[System]) -> ValueSet:
    """Whatever version it names of a forced code system, the one that is here."""
    if sent.compose is None or not forced:
        return sent

    def free(include: Include) -> Include:
        here = systems.find(include.system) in forced
        return include.model_copy(update={"version": ""}) if here else include

    parts = {name: [free(each) for each in getattr(sent.compose, name)]
             for name in ("include", "exclude")}  # fmt: skip
    return sent.model_copy(update={"compose": sent.compose.model_copy(update=parts)})
