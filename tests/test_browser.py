"""The page in a real browser: skipped where there is none; ``-m browser`` runs it alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browsing import Service, names, playwright
from tests.concepts import concept
from tests.serving import Shelf

pytestmark = pytest.mark.browser

KEY = "read-key-0123456789"
_RELEASE = {"release": "2026", "part": "desc"}
#: What would run if a name were ever read as HTML.
HOSTILE = concept("mesh", "D990009", "<img src=x onerror=document.title='run'>fever", **_RELEASE)
WRIST = concept("mesh", "D990010", "Left wrist fracture", **_RELEASE)

#: More than a first answer shows, and than a concept's page shows of what is below it.
TREMORS = [
    concept("ward", "0", "Tremor"),
    concept("ward", "1", "Tremor of a sort", parents=("0",), ancestors=("0",)),
    *(
        concept("ward", str(n), f"Tremor of sort {n}", parents=("1",), ancestors=("1", "0"))
        for n in range(2, 32)
    ),
]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    made = Shelf(tmp_path_factory.mktemp("shelf"))
    made.publish([HOSTILE, WRIST, *TREMORS], "more")
    return made


@pytest.fixture(scope="module")
def address(shelf: Shelf) -> Iterator[str]:
    with Service(shelf.app()) as url:
        yield url


def test_the_answer_is_there_before_anybody_presses_enter(page: Any) -> None:
    page.goto("/")

    page.locator("#q").press_sequentially("pyrexia")

    assert names(page)[0] == "Fever"
    first = page.locator(".hit").first.inner_text()
    assert "Pyrexia" in first
    assert "mesh:D990002" in first
    assert "1.00" in first


def test_a_suggestion_is_chosen_with_the_keyboard_alone(page: Any) -> None:
    page.goto("/")
    page.keyboard.type("bod hig")
    page.wait_for_selector("[role=option]")

    page.keyboard.press("ArrowDown")
    chosen = page.locator("[aria-selected=true]")
    assert page.locator("#q").get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("Enter")

    assert page.locator("#q").input_value() == "high body temperature"
    assert page.locator("#q").get_attribute("aria-expanded") == "false"
    playwright.expect(page.locator(".hit .name").first).to_have_text("Fever")


def test_arrows_go_through_the_hits_and_back_and_slash_returns_to_the_box(page: Any) -> None:
    page.goto("/#/?q=fever")
    many = len(names(page))
    focused = "document.activeElement.textContent"

    page.locator("#q").press("ArrowDown")
    first = page.evaluate(focused)
    page.keyboard.press("ArrowDown")
    second = page.evaluate(focused)
    page.keyboard.press("/")

    assert many > 1
    assert [first, second] == page.locator(".hit .name").all_inner_texts()[:2]
    assert page.evaluate("document.activeElement.id") == "q"


def test_an_older_answer_that_comes_late_is_not_shown(page: Any) -> None:
    held: list[Any] = []

    def hold(route: Any) -> None:  # playwright can't wrap a method of a list
        held.append(route)

    page.goto("/")
    page.route("**/search?q=ankle*", hold)
    page.keyboard.type("ankle")
    with page.expect_request("**/search?q=ankle*"):
        pass

    page.locator("#q").fill("cough")
    assert names(page)[0] == "Coughing"
    for route in held:
        route.continue_()

    page.wait_for_timeout(300)
    assert names(page)[0] == "Coughing"


def test_a_filter_keeps_its_focus_and_counts_what_is_shown(page: Any) -> None:
    page.goto("/#/?q=fever")
    names(page)

    page.get_by_label("UMLS Metathesaurus").check()
    other = page.locator(".hit h2 > .code").filter(has_not_text="umls")
    playwright.expect(other).to_have_count(0)

    assert page.evaluate("document.activeElement.dataset.key") == "vocab umls"
    counted = page.locator("label", has_text="UMLS Metathesaurus").locator(".count").inner_text()
    assert int(counted) == len(names(page))
    assert "vocab=umls" in page.url


def test_retired_concepts_are_marked_with_what_replaces_them(page: Any) -> None:
    page.goto("/#/?q=febrile+state&inactive=1")
    assert names(page)[0] == "Febrile state"

    first = page.locator(".hit").first
    assert first.locator(".badge.retired").inner_text() == "retired concept"
    first.locator(".name").click()

    page.wait_for_selector(".concept h1")
    assert page.locator(".concept h1").inner_text() == "Febrile state"
    page.get_by_role("link", name="snomedct:29999992").first.click()
    playwright.expect(page.locator("h1")).to_have_text("Ankle")


def test_a_contradiction_is_said_in_words(page: Any) -> None:
    page.goto("/#/?q=right+wrist+fracture")
    names(page)

    hit = page.locator(".hit", has=page.locator(".badge.conflict")).first

    assert "Contradiction:" in hit.inner_text()


def test_a_name_that_looks_like_html_is_text(page: Any) -> None:
    page.goto("/#/?q=fever&vocab=mesh")
    assert any(name.startswith("<img") for name in names(page))

    page.goto("/#/concept/mesh%3AD990009")
    page.wait_for_selector(".concept h1")

    assert page.locator(".concept h1").inner_text().startswith("<img src=x")
    assert page.locator("main img").count() == 0
    assert page.title() != "run"


def test_a_concept_shows_its_place_in_the_hierarchy(page: Any) -> None:
    page.goto("/#/concept/mesh%3AD990003")
    page.wait_for_selector(".path")

    path = [each.split(" mesh:")[0].strip() for each in page.locator(".path li").all_inner_texts()]
    assert path == ["Signs and Symptoms", "Fever", "Hyperpyrexia"]
    page.locator(".path a").nth(1).click()
    playwright.expect(page.locator("h1")).to_have_text("Fever")
    said = page.locator(".concept").inner_text()
    assert "Being too hot." in said
    assert "Children (1)" in said


def test_the_map_can_be_read_with_keys_and_as_a_table(page: Any) -> None:
    page.goto("/#/map?q=high+fever")
    page.wait_for_selector(".plot")

    page.locator(".plot a[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")

    assert "similarity" in page.locator(".plot .label").inner_html()
    assert page.locator(".plot a[tabindex='0']").count() == 1
    assert page.locator("tbody tr").first.inner_text().split("\t")[1] == "very high fever"


def test_no_hit_under_the_filters_says_that_it_was_searched(page: Any) -> None:
    page.goto("/#/?q=fever&vocab=snomedct&lang=es")
    page.wait_for_selector(".empty, .problem")

    assert "Searched, nothing there" in page.locator("main").inner_text()
    page.get_by_role("button", name="Search without filters").click()
    assert names(page)[0] == "Fever"


def test_a_refusal_is_shown_in_the_words_of_the_service(page: Any, said: list[str]) -> None:
    page.goto("/#/?q=fever&vocab=mush")
    page.wait_for_selector(".problem")

    assert "unknown vocabulary 'mush'" in page.locator(".problem").inner_text()
    assert [each for each in said if "400" not in each] == []
    said.clear()


def test_a_busy_service_is_asked_again_with_a_notice(page: Any, said: list[str]) -> None:
    busy = {"error": {"status": 429, "code": "too-many-requests", "message": "Too many."}}
    page.goto("/")
    page.route(
        "**/search?*",
        lambda route: route.fulfill(status=429, json=busy, headers={"Retry-After": "1"}),
        times=1,
    )

    page.locator("#q").fill("cough")
    page.wait_for_selector("#notice:not([hidden])")
    notice = page.locator("#notice").inner_text()

    assert notice == "Too many. Asking again in 1 s."
    assert names(page)[0] == "Coughing"
    assert page.locator("#notice").is_hidden()
    said.clear()


def test_a_key_is_asked_for_and_forgotten_with_the_tab(
    browser: Any, shelf: Shelf, tmp_path: Any
) -> None:
    (tmp_path / "keys").write_text(f"ward:read:{KEY}\n", encoding="utf-8")
    with Service(shelf.app(keys_file=tmp_path / "keys")) as url:
        page = browser.new_page()
        page.goto(f"{url}#/?q=cough")
        page.wait_for_selector("#key-dialog[open]")

        for key in ("wrong-key-0123456789", KEY):
            page.locator("#key").fill(key)
            page.locator("#key").press("Enter")
            if key != KEY:
                playwright.expect(page.locator("#key-said")).to_contain_text("not known")

        assert names(page)[0] == "Coughing"
        assert page.evaluate("Object.values(localStorage)") == []
        assert page.evaluate("Object.values(sessionStorage)") == [KEY]
        assert KEY not in page.url
        page.close()


def test_a_key_that_is_not_given_is_asked_for_again(
    browser: Any, shelf: Shelf, tmp_path: Any
) -> None:
    (tmp_path / "keys").write_text(f"ward:read:{KEY}\n", encoding="utf-8")
    with Service(shelf.app(keys_file=tmp_path / "keys")) as url:
        page = browser.new_page()
        page.goto(f"{url}#/?q=cough")
        for _ in range(2):
            page.wait_for_selector("#key-dialog[open]")
            page.locator("#key").fill("half a k")
            page.keyboard.press("Escape")

            page.wait_for_selector("main:not([aria-busy]) .problem")
            assert "none was given" in page.locator(".problem").inner_text()
            page.get_by_role("button", name="Try again").click()

        page.wait_for_selector("#key-dialog[open]")
        assert page.locator("#key").input_value() == ""
        page.locator("#key").fill(KEY)
        page.locator("#key").press("Enter")

        assert names(page)[0] == "Coughing"
        page.close()


FOCUSED = "document.activeElement.id || document.activeElement.textContent"


def test_more_concepts_leave_the_focus_on_the_first_that_is_new(page: Any) -> None:
    page.goto("/#/?q=tremor+sort")
    before = names(page)

    page.get_by_role("button", name="More concepts").focus()
    page.keyboard.press("Enter")
    page.locator(".hit").nth(len(before)).wait_for()

    assert page.evaluate(FOCUSED) == names(page)[len(before)]


def test_a_list_that_is_whole_leaves_the_focus_on_the_first_that_is_new(page: Any) -> None:
    page.goto("/#/concept/ward%3A0")
    below = page.locator("section", has=page.get_by_role("heading", name="All below it"))

    below.get_by_role("button", name="More").focus()
    page.keyboard.press("Enter")
    below.locator("li").nth(30).wait_for()

    assert page.evaluate(FOCUSED) == below.locator("li").nth(25).inner_text()


@pytest.mark.parametrize(
    ("where", "button"),
    [
        ("#/?q=fever&vocab=snomedct&lang=es", "Search without filters"),
        ("#/?q=fever&under=mesh:D990002", "Only below mesh:D990002; remove"),
    ],
)
def test_a_button_that_goes_leaves_the_focus_to_the_answer(
    page: Any, where: str, button: str
) -> None:
    page.goto(f"/{where}")
    page.get_by_role("button", name=button).focus()
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("button", name=button)).to_have_count(0)
    names(page)

    assert page.evaluate(FOCUSED) == "main"


def test_trying_again_keeps_the_focus_until_there_is_an_answer(page: Any, said: list[str]) -> None:
    page.goto("/")
    page.route("**/search?*", lambda route: route.abort(), times=2)
    page.locator("#q").fill("cough")
    again = page.get_by_role("button", name="Try again")
    again.focus()

    with page.expect_event("requestfailed"):
        page.keyboard.press("Enter")
    page.wait_for_selector("main:not([aria-busy]) .problem")
    failed = page.evaluate(FOCUSED)
    page.keyboard.press("Enter")

    assert names(page)[0] == "Coughing"
    assert (failed, page.evaluate(FOCUSED)) == ("Try again", "main")
    said.clear()


def test_dark_can_be_chosen_and_is_kept(page: Any) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    page.goto("/")
    light = page.evaluate(ground)

    page.locator("#theme").click()
    dark = page.evaluate(ground)
    page.reload()

    assert (light, dark) == ("rgb(246, 247, 248)", "rgb(20, 24, 28)")
    assert page.evaluate(ground) == dark
    assert page.locator("#theme").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("where", ["#/", "#/?q=fever", "#/concept/mesh%3AD990002", "#/map?q=fever"])
def test_nothing_is_wider_than_a_narrow_screen(page: Any, where: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})  # WCAG 2.2, 1.4.10

    page.goto(f"/{where}")
    page.wait_for_selector("main:not([aria-busy]) > *")

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
