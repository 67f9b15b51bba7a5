"""The keys of the page and the way back, in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browsing import Service, names, playwright
from tests.concepts import concept
from tests.serving import Shelf

pytestmark = pytest.mark.browser

#: More than a first answer shows, and than a concept's page shows of its children.
TREMORS = [
    concept("ward", "T", "Tremor", release="2026"),
    *(
        concept(
            "ward", f"T{n}", f"Tremor of sort {n}", parents=("T",), ancestors=("T",), release="2026"
        )
        for n in range(1, 31)
    ),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    shelf = Shelf(tmp_path_factory.mktemp("shelf"))
    shelf.publish(TREMORS, "more")
    with Service(shelf.app()) as url:
        yield url


def opened(page: Any, where: str) -> None:
    """The page at ``where``, with its answer."""
    page.goto(f"/{where}")
    page.wait_for_selector("main:not([aria-busy]) > *")


def far_down(page: Any) -> int:
    """Scrolled down an answer of which more was asked for; how many hits it had first."""
    opened(page, "#/?q=tremor+sort")
    many = len(names(page))
    page.get_by_role("button", name="More concepts").click()
    page.locator(".hit").nth(many).wait_for()
    page.evaluate("scrollTo(0, 700)")
    return many


@pytest.mark.parametrize("sign", [{"isComposing": True}, {"keyCode": 229}])
@pytest.mark.parametrize("key", ["ArrowDown", "Enter", "Escape"])
def test_keys_of_an_input_method_are_left_to_it(page: Any, key: str, sign: dict[str, Any]) -> None:
    page.goto("/")
    page.keyboard.type("bod hig")
    page.wait_for_selector("[role=option]")
    press = """(box, [key, sign]) => box.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...sign }))"""

    left_alone = page.locator("#q").evaluate(press, [key, sign])
    taken = not page.locator("#q").evaluate(press, [key, {}])

    assert (left_alone, taken) == (True, True)


def test_a_list_that_comes_late_leaves_what_is_chosen(page: Any) -> None:
    held: list[Any] = []

    def hold(route: Any) -> None:  # playwright can't wrap a method of a list
        held.append(route)

    page.goto("/")
    page.keyboard.type("bod")
    page.wait_for_selector("[role=option]")
    page.route("**/autocomplete?q=bod+hig*", hold)
    with page.expect_request("**/autocomplete?q=bod+hig*"):
        page.keyboard.type(" hig")

    page.keyboard.press("ArrowDown")
    chosen = page.locator("[aria-selected=true]").get_attribute("data-name")
    with page.expect_response("**/autocomplete?q=bod+hig*"):
        held.pop().continue_()
    page.wait_for_timeout(100)

    still = page.locator("[aria-selected=true]")
    assert still.get_attribute("data-name") == chosen == "high body temperature"
    assert page.locator("#q").get_attribute("aria-activedescendant") == still.get_attribute("id")


@pytest.mark.parametrize("follow", ["Enter", "click"])
def test_back_from_a_concept_comes_to_the_hit_that_was_followed(page: Any, follow: str) -> None:
    page.set_viewport_size({"width": 1000, "height": 600})
    opened(page, "#/?q=tremor+sort")
    page.get_by_role("button", name="More concepts").click()
    hit = page.locator(".hit .name").nth(28)
    name = hit.inner_text()
    hit.focus()
    many, down = len(names(page)), page.evaluate("scrollY")

    hit.click() if follow == "click" else page.keyboard.press(follow)
    playwright.expect(page.locator(".concept h1")).to_have_text(name)
    above = page.evaluate("scrollY")
    page.go_back()

    playwright.expect(page.get_by_role("link", name=name, exact=True)).to_be_focused()
    assert down > 1_000
    assert (above, page.evaluate("scrollY"), len(names(page))) == (0, down, many)


@pytest.mark.parametrize("key", ["Control", "Meta", "Shift", "Alt"])
def test_a_hit_that_was_opened_elsewhere_is_no_place_to_come_back_to(page: Any, key: Any) -> None:
    opened(page, "#/?q=tremor+sort")
    page.evaluate("addEventListener('click', (event) => event.preventDefault())")  # no window

    page.locator(".hit .name").nth(3).click(modifiers=[key])
    noted = page.evaluate("history.state")
    page.reload()
    names(page)

    assert noted is None
    playwright.expect(page.locator("#q")).to_be_focused()


def test_back_from_another_page_comes_to_the_place_too(page: Any) -> None:
    page.set_viewport_size({"width": 1000, "height": 600})
    many = far_down(page)

    page.evaluate("document.querySelector('nav a[href=docs]').click()")
    page.get_by_role("link", name="openapi.json").wait_for()
    page.go_back()

    playwright.expect(page.locator("html")).to_have_js_property("scrollTop", 700)
    assert len(names(page)) > many


def test_back_comes_to_a_child_that_was_folded_away(page: Any) -> None:
    opened(page, "#/concept/ward%3AT")
    page.get_by_text("5 more children").click()
    child = page.locator("details li a").last
    name = child.locator("span").first.inner_text()

    child.click()
    playwright.expect(page.locator("h1")).to_have_text(name)
    page.go_back()

    playwright.expect(page.get_by_role("link", name=f"{name} ward:")).to_be_focused()


def test_another_search_begins_at_its_top_with_a_first_answer(page: Any) -> None:
    many = far_down(page)

    page.evaluate("location.hash = '#/?q=sort+tremor'")

    playwright.expect(page.locator("html")).to_have_js_property("scrollTop", 0)
    assert len(names(page)) == many


def test_who_types_on_a_concepts_page_keeps_the_box(page: Any) -> None:
    opened(page, "#/concept/mesh%3AD990002")

    page.keyboard.type("pyr")
    names(page)
    page.keyboard.type("exia")

    playwright.expect(page.locator("#q")).to_be_focused()
    assert page.locator("#q").input_value() == "pyrexia"
