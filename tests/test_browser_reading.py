"""What a reader sees in a real browser: tables, names of both directions, words of refusal."""

from collections.abc import Iterator
from typing import Any

import pytest

from termsearch.concept import Name, SemanticType
from tests.browsing import Service, playwright
from tests.concepts import concept
from tests.serving import Shelf

pytestmark = pytest.mark.browser

#: Its words stand in another order where nothing says that it runs from right to left.
VACCINE = "لقاح COVID-19 (الجرعة 2)"
FIRST, LAST = "لقاح", "الجرعة"
LONG = "Feverof" + "averyverylongsort" * 12
RELEASE = {"release": "2026"}
ARABIC = [
    concept(
        "ward", "A0", Name(text=VACCINE, lang="ar"), definition=f"{VACCINE}.",
        types=(SemanticType(VACCINE, VACCINE),), **RELEASE,
    ),
    concept(
        "ward", "A1", Name(text=f"{VACCINE} {LAST}", lang="ar"), Name(text=VACCINE, lang="ar"),
        parents=("A0",), ancestors=("A0",), active=False, replaced_by=("A0",), **RELEASE,
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    shelf = Shelf(tmp_path_factory.mktemp("shelf"))
    shelf.publish([*ARABIC, concept("ward", "L", LONG, "fever", **RELEASE)], "more")
    with Service(shelf.app()) as url:
        yield url


def opened(page: Any, where: str) -> None:
    """The page at ``where``, with its answer."""
    page.goto("about:blank")
    page.goto(f"/{where}")
    if where.startswith("#"):
        page.wait_for_selector("main:not([aria-busy]) > *")


#: Words of up to twelve letters that lie on two lines; figures and headings are words too.
BROKEN = """() => {
  const broken = [];
  for (const cell of document.querySelectorAll("td, th, dt, dd")) {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      if (walker.currentNode.parentElement.closest("td .code, th .code")) continue;
      for (const word of walker.currentNode.data.matchAll(/[\\p{L}\\p{N},.]+/gu)) {
        const range = document.createRange();
        range.setStart(walker.currentNode, word.index);
        range.setEnd(walker.currentNode, word.index + word[0].length);
        if (word[0].length <= 12 && range.getClientRects().length > 1) broken.push(word[0]);
      }
    }
  }
  return broken;
}"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [320, 640, 1280])
@pytest.mark.parametrize("where", ["#/", "#/map?q=fever", "docs"])
def test_no_word_of_a_table_is_broken_however_narrow_it_is(
    page: Any, where: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 640})

    opened(page, where)

    assert page.locator("td, dd").count() > 5
    assert page.evaluate(BROKEN) == []


@pytest.mark.parametrize("width", [320, 640, 1280])
@pytest.mark.parametrize(
    "where", ["#/", "#/?q=fever", "#/map?q=fever", "#/concept/ward%3AL", "docs"]
)
def test_a_long_name_does_not_make_the_page_scroll_sideways(
    page: Any, where: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 640})  # WCAG 2.2, 1.4.10

    opened(page, where)

    assert len(LONG) > 210
    assert where in {"#/", "docs"} or LONG in page.locator("main").inner_text()
    assert page.evaluate(SIDEWAYS) <= 0


def test_a_table_that_is_too_wide_scrolls_by_keyboard_and_shows_all_at_a_desk(page: Any) -> None:
    spare = "document.querySelector('.scroll:has(table)').scrollWidth - innerWidth"
    page.set_viewport_size({"width": 320, "height": 640})
    opened(page, "#/")
    narrow = page.evaluate(spare)
    page.get_by_role("region", name="What can be searched").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    playwright.expect(page.locator(".scroll").first).not_to_have_js_property("scrollLeft", 0)

    page.set_viewport_size({"width": 1280, "height": 640})
    opened(page, "#/map?q=fever")

    assert narrow > 0
    assert page.evaluate(spare) <= 0


def test_a_narrow_screen_shows_the_part_of_the_map_that_has_the_query(page: Any) -> None:
    page.set_viewport_size({"width": 320, "height": 640})

    opened(page, "#/map?q=fever")
    playwright.expect(page.locator(".scroll").first).not_to_have_js_property("scrollLeft", 0)

    mark = page.locator(".plot .query").bounding_box()
    assert 0 < mark["x"] < 320 - mark["width"]


#: Of each text that has the whole name, whether its first word is right of its last one.
RIGHT_TO_LEFT = """([whole, first, last]) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const at = text.data.indexOf(whole);
    if (at < 0 || !text.parentElement.checkVisibility()) continue;
    if (text.parentElement.closest(".unseen, title")) continue;
    const left = (word) => {
      const range = document.createRange();
      range.setStart(text, text.data.indexOf(word, at));
      range.setEnd(text, text.data.indexOf(word, at) + word.length);
      return range.getBoundingClientRect().left;
    };
    found.push([text.parentElement.outerHTML.slice(0, 80), left(first) > left(last)]);
  }
  return found;
}"""


@pytest.mark.parametrize(
    ("where", "times"),
    [
        ("#/concept/ward%3AA0", 5),  # heading, type, definition, name, place
        ("#/concept/ward%3AA1?inactive=1", 6),  # heading, successor, two names, parent, place
        (f"#/?q={VACCINE}", 4),  # a filter; of the hit the name, type and explanation
        (f"#/map?q={VACCINE}", 4),  # the words, a name beside its point, a name and its concept
    ],
)
def test_a_name_from_right_to_left_keeps_the_order_of_its_words(
    page: Any, where: str, times: int
) -> None:
    page.set_viewport_size({"width": 1280, "height": 640})

    opened(page, where)
    found = page.evaluate(RIGHT_TO_LEFT, [VACCINE, FIRST, LAST])

    assert [text for text, right in found if not right] == []
    assert len(found) >= times


def test_a_suggestion_and_the_box_run_from_right_to_left_too(page: Any) -> None:
    page.goto("/")

    page.locator("#q").press_sequentially("لقاح")
    page.wait_for_selector("[role=option]")
    found = page.evaluate(RIGHT_TO_LEFT, [VACCINE, FIRST, LAST])

    assert [right for text, right in found if 'lang="ar"' in text] != []
    assert all(right for _, right in found)
    assert page.locator("#q").evaluate("box => getComputedStyle(box).direction") == "rtl"


def test_a_name_says_its_language(page: Any) -> None:
    opened(page, f"#/?q={VACCINE}")
    hit = page.locator(".hit .name").first.get_attribute("lang")

    opened(page, "#/concept/ward%3AA0")

    assert hit == page.locator("h1").get_attribute("lang") == "ar"
    assert page.locator(".language h3").inner_text() == "Arabic"


@pytest.mark.parametrize(
    ("where", "heading"),
    [
        ("#/concept/nothing", "No such concept"),
        ("#/concept/", "No such concept"),
        ("#/concept/ward%3A..", "No such concept"),
        ("#/concept/ward%3A..%2F..%2Fversion", "No such concept"),
        ("#/concept/mush%3A1", "No such concept"),
        ("#/concept/mesh%3AD1", "No such concept"),
        ("#/?q=fever&vocab=mush", "No answer"),
    ],
)
def test_a_page_without_an_answer_has_a_heading_and_speaks_in_words(
    page: Any, said: list[str], where: str, heading: str
) -> None:
    opened(page, where)

    assert page.locator("h1").all_inner_texts() == [heading]
    assert page.title() == f"{heading} · termsearch"
    text = page.locator("main").inner_text()
    assert not any(
        word in text for word in ("openapi", "Not Found", "undefined", "The page failed")
    )
    assert all("Failed to load resource" in each for each in said)
    said.clear()


def test_a_vocabulary_without_a_release_is_named_without_one(page: Any) -> None:
    ward = {"id": "ward", "title": "ward", "uri": "", "release": "", "names": 60, "concepts": 50}
    others = {**ward, "id": "chv", "title": "chv", "names": 0, "concepts": 0}
    page.route(
        "**/vocabularies",
        lambda route: route.fulfill(
            json=[{**each, "types": [], "langs": ["en", "ar"]} for each in (ward, others)]
        ),
    )

    opened(page, "#/")

    assert page.locator("#about").inner_text() == "50 concepts"
    assert page.locator("tbody tr").all_inner_texts() == [
        "ward\tunknown\t50\t60\tEnglish, Arabic",
        "chv\tnames of others\t\t\tEnglish, Arabic",
    ]


def test_filters_that_are_folded_away_say_how_many_are_on(page: Any) -> None:
    page.set_viewport_size({"width": 320, "height": 640})

    opened(page, "#/?q=fever&vocab=mesh&vocab=umls&inactive=1")

    assert page.locator("aside summary").first.inner_text() == "Filters (3 on)"
