"""What a tool says of itself is so."""

from pathlib import Path

from termsearch.mcp.tools import TOOLS
from tests.agents import crossed, told


def test_cross_references_are_followed_in_both_directions_as_is_said(tmp_path: Path) -> None:
    shelf = crossed(tmp_path)

    there = told(shelf, "translate_code", code="local:W1", target="mesh")["results"]
    back = told(shelf, "translate_code", code="mesh:D990002", target="local")["results"]

    assert "Cross-references are followed in both directions." in (
        TOOLS["translate_code"].description
    )
    assert [(each["curie"], each["relation"]) for each in there] == [("mesh:D990002", "xref")]
    assert [(each["curie"], each["relation"]) for each in back] == [("local:W1", "xref by")]
