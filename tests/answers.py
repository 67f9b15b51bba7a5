"""Answers made by hand."""

from termsearch.answer import Hit


def hit(rank: int, curie: str, **more: object) -> Hit:
    """Near a text, and no more is known; ``more`` are other fields."""
    vocabulary, _, code = curie.partition(":")
    said = {
        "name": "Zz", "matched_name": "Zz", "name_kind": "synonym", "match_type": "dense",
        "score": 0.8, "scores": {}, "ranks": {}, "conflicts": [], "explanation": "", "lang": "en",
        "types": [], "active": True, "retired_name": False, "replaced_by": [], "release": "",
        "sources": [],
    }  # fmt: skip
    return Hit.model_validate(
        said | {"rank": rank, "curie": curie, "vocabulary": vocabulary.lower(), "code": code} | more
    )
