"""What the service says of itself: ``/metadata``."""

from typing import Final

from termsearch import __version__
from termsearch.index.manifest import Manifest
from termsearch.service.fhir.dialect import R5, Dialect
from termsearch.service.fhir.expand import EXPAND
from termsearch.service.fhir.operations import KINDS, OPERATIONS
from termsearch.service.fhir.outcome import MEDIA_TYPE, Json
from termsearch.service.fhir.properties import PROPERTIES
from termsearch.service.fhir.resources import FILTERS
from termsearch.service.fhir.search import SEARCHED
from termsearch.service.fhir.systems import System, Systems

__all__ = ["capability_statement", "terminology_capabilities"]

#: When what is said here last changed.
_DATE: Final = "2026-11-23"
_DEFINITION: Final = "http://hl7.org/fhir/OperationDefinition"
_INSTANTIATES: Final = "http://hl7.org/fhir/CapabilityStatement/terminology-server"

#: Of a parameter of ``$expand``, what its name does not say.
_EXPANDS: Final = {
    "filter": "Names that mean the text, best first, with the score of each in an extension.",
    "count": "At most 1,000.",
    "offset": "With filter as deep as 1,000.",
    "displayLanguage": "Else what Accept-Language asks for.",
    "system-version": "The one version that is here, or an error.",
    "check-system-version": "As system-version.",
    "force-system-version": "As system-version, whatever version a definition names.",
    "property": f"{', '.join(code for code, *_ in PROPERTIES)}; by code or URI.",
}


def capability_statement(dialect: Dialect, base: str) -> Json:
    """``CapabilityStatement``; ``base`` is where the service was asked."""
    return {
        "resourceType": "CapabilityStatement",
        "name": "Termsearch",
        "status": "active",
        "date": _DATE,
        "kind": "instance",
        "instantiates": [_INSTANTIATES],
        "software": {"name": "termsearch", "version": __version__},
        "implementation": _implementation(base),
        "fhirVersion": dialect.version,
        "format": [MEDIA_TYPE, "json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "Authorization: Bearer KEY, where there are keys."},
                "resource": [_resource(kind) for kind in KINDS],
                "interaction": [{"code": "batch"}],
            }
        ],
    }


def terminology_capabilities(dialect: Dialect, manifest: Manifest, base: str) -> Json:
    """``TerminologyCapabilities``: every code system with its version; ``base`` as above."""
    return {
        "resourceType": "TerminologyCapabilities",
        "name": "Termsearch",
        "status": "active",
        "date": _DATE,
        "kind": "instance",
        "software": {"name": "termsearch", "version": __version__},
        "implementation": _implementation(base),
        "codeSystem": [_code_system(system, dialect) for system in Systems(manifest).all],
        "expansion": {
            "hierarchical": False,
            "paging": True,
            "incomplete": False,
            "parameter": [
                {"name": name, **({"documentation": _EXPANDS[name]} if name in _EXPANDS else {})}
                for name, kind in EXPAND.known(dialect).items()
                if kind != "unsupported" and (name != "property" or dialect is R5)
            ],
            "textFilter": "By meaning, spelling and beginnings of words; typing errors are put "
            "right; what is not meant is left out.",
        },
        "codeSearch": "in-compose",
        "validateCode": {"translations": True},
        "translation": {"needsMap": False},
    }


def _implementation(base: str) -> Json:
    # Whatever is of kind `instance` has to say it, by invariant tcp-3 of
    # https://hl7.org/fhir/R4/terminologycapabilities.html.
    return {"description": "Finds the concepts that words mean.", "url": base}


def _resource(kind: str) -> Json:
    made: Json = {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "operation": [
            {"name": each.name, "definition": f"{_DEFINITION}/{kind}-{each.name}"}
            for each in OPERATIONS
            if each.kind == kind
        ],
    }
    if kind == "ConceptMap":
        return {key: value for key, value in made.items() if key != "interaction"}
    made["searchParam"] = [{"name": name, "type": how} for name, how in SEARCHED.items()]
    return made


def _code_system(system: System, dialect: Dialect) -> Json:
    version: Json = {"isDefault": True, "compositional": False}
    if system.version:
        version["code"] = system.version
    if system.owned:
        version["filter"] = FILTERS
    made: Json = {"uri": system.uri, "version": [version], "subsumption": system.owned}
    if dialect is R5:  # required there, unknown in R4
        made["content"] = "complete" if system.owned else "fragment"
    return made
