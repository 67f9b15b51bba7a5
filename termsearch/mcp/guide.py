"""What a client may show its model before it asks: instructions, a guide, two prompts."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import mcp_types as wire

from termsearch.index.manifest import Manifest
from termsearch.mcp import codes

__all__ = ["INSTRUCTIONS", "PROMPTS", "RESOURCE", "Template", "text"]

#: Read by the model with every conversation.
INSTRUCTIONS: Final = (
    "Look up concepts of medical vocabularies. Never give a code from memory: take it from "
    "search_concepts or map_terms, or check it with validate_codes. Use CURIEs (mesh:D005334) for "
    "all codes. A result that is ambiguous or lists conflicts needs a second look."
)

RESOURCE: Final = wire.Resource(
    uri="termsearch://guide",
    name="guide",
    title="How to look up medical concepts",
    description="Which tool for what, how to read an answer, and which vocabularies there are.",
    mime_type="text/markdown",
)

_GUIDE: Final = """\
# Looking up medical concepts

* One mention: `search_concepts`. Many: `map_terms`, up to 100 at once. One concept a query: split
  "fever and cough" in two.
* Filter by `vocabularies` and `types` where they are known; `under` keeps to one part of a
  hierarchy. A filter that is not known is an error that names the nearest known ones.
* `resolution` is `unique` if one concept has exactly the words, `ambiguous` if a choice is left,
  `none` if nothing is near enough, or they say that the nearest is absent. `probability` says
  how likely the first is right; it is missing where nobody has calibrated the encoder. `score` is
  comparable between queries.
* `conflicts` says in what a name contradicts the words (left and right, type 1 and type 2, with and
  without). Don't use such a hit unless the text is wrong.
* Abbreviations: give the letter's text as `context`.
* Codes are CURIEs. `get_concept` explains them, `descendants` lists what is below, `translate_code`
  finds them elsewhere, `validate_codes` says whether they exist and are in use.
* `left_out` or `next_offset` in an answer: there is more.

## Vocabularies here

{vocabularies}
"""


def text(manifest: Manifest) -> str:
    """The guide, for the index as it is now."""
    held = codes.vocabularies(manifest, types=5).results
    lines = [
        f"* `{each.id}` {each.title} {each.release}".rstrip()
        + (f": {each.concepts:,} concepts" if each.concepts else f": in {', '.join(each.inside)}")
        for each in held
    ]
    return _GUIDE.format(vocabularies="\n".join(lines))


class Template(NamedTuple):
    """A prompt and its text."""

    prompt: wire.Prompt
    body: str

    def filled(self, arguments: Mapping[str, str]) -> str | None:
        """With the user's words; None if there are none."""
        if not arguments.get("text", "").strip():
            return None
        vocabulary = arguments.get("vocabulary") or "the vocabulary that fits best"
        return self.body.format(text=arguments["text"], vocabulary=vocabulary)


def _prompt(name: str, title: str, description: str, what: str) -> wire.Prompt:
    return wire.Prompt(
        name=name,
        title=title,
        description=description,
        arguments=[
            wire.PromptArgument(name="text", description=what, required=True),
            wire.PromptArgument(name="vocabulary", description="Such as mesh.", required=False),
        ],
    )


PROMPTS: Final = {
    each.prompt.name: each
    for each in (
        Template(
            _prompt(
                "code_text",
                "Code a clinical text",
                "Find the concepts that a text mentions.",
                "The text.",
            ),
            "Find the conditions, findings, procedures and drugs that the text below mentions, and "
            "the concept of {vocabulary} for each. Use map_terms with the text as context; look at "
            "ambiguous ones again with search_concepts. Answer with a table: mention, code, name, "
            "how sure, and whether it is negated, suspected or of the family's history.\n\n{text}",
        ),
        Template(
            _prompt(
                "map_list",
                "Map a list of terms",
                "Map local terms to a vocabulary, with what is left for a person.",
                "The terms, one a line.",
            ),
            "Map each line below to one concept of {vocabulary} with map_terms, at most 100 at "
            "once. Accept unique ones without conflicts. Look at the others with search_concepts "
            "and get_concept. Answer with a table in the order of the lines: term, code, name, "
            "accepted or for review, and why.\n\n{text}",
        ),
    )
}
