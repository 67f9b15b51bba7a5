"""Files of ICD-10-CM in the real format, with invented content, and what is read from them."""

from collections.abc import Iterable
from pathlib import Path

from termsearch.concept import Concept
from termsearch.loader import Options, Report
from termsearch_loaders.icd10cm import load

__all__ = ["ORDER", "TABULAR", "loaded", "order", "written"]


def order(rows: Iterable[tuple[str, int, str]], end: str = "\r\n") -> str:
    """An order file of codes without dots, flags and long titles."""
    return "".join(
        f"{number:05} {code:7} {flag} {title[:9] + ' abbr':60} {title}{end}"
        for number, (code, flag, title) in enumerate(rows, start=1)
    )


#: Q9A comes behind Q98 in the file, and Q98.1XXA leaves out a step that is no code.
ORDER = order(
    [
        ("Q90", 1, "Zz ache of one sort only"),
        ("Q97", 0, "Zz fever"),
        ("Q970", 1, "Zz fever of the left toe"),
        ("Q978", 1, "Other zz fever"),
        ("Q98", 0, "Zz fall"),
        ("Q981", 0, "Zz fall from zz ladder"),
        ("Q981XXA", 1, "Zz fall from zz ladder, initial encounter"),
        ("Q9A", 1, "Zz fever of another letter"),
    ]
)

TABULAR = """\
<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular>
  <version>2031</version>
  <introduction><introSection type="title"><title>Zz</title></introSection></introduction>
  <chapter>
    <name>1</name>
    <desc>Zz chapter of illness (Q90-Q9A)</desc>
    <includes><note>zz everything</note></includes>
    <sectionIndex><sectionRef first="Q97" last="Q98" id="Q97-Q98">Zz</sectionRef></sectionIndex>
    <section id="Q90">
      <desc>Zz ache of one sort only (Q90)</desc>
      <diag><name>Q90</name><desc>Zz ache of one sort only</desc></diag>
    </section>
    <section id="Q90-Q99"><desc>Zz illness in general (Q90-Q99)</desc></section>
    <section id="Q97-Q98">
      <desc>Zz fevers and falls (Q97-Q98)</desc>
      <diag>
        <name>Q97</name>
        <desc>Zz fever</desc>
        <inclusionTerm>
          <note>This category is to be used for zz fever.</note>
        </inclusionTerm>
        <excludes1><note>zz chill (Q99.-)</note></excludes1>
        <diag>
          <name>Q97.0</name>
          <desc>Zz fever of the left toe</desc>
          <inclusionTerm>
            <note>Zz hot toe</note>
            <note>Zz hot toe</note>
            <note>Any condition in Q98 with zz fever</note>
            <note>Zz vitamin B12 fever</note>
          </inclusionTerm>
        </diag>
        <diag>
          <name>Q97.8</name>
          <desc>Other zz fever</desc>
          <inclusionTerm><note>Zz Löffler heat</note></inclusionTerm>
        </diag>
      </diag>
      <diag>
        <name>Q98</name>
        <desc>Zz fall</desc>
        <includes><note>zz tumble</note></includes>
        <sevenChrDef><extension char="A">initial encounter</extension></sevenChrDef>
        <diag><name>Q98.1</name><desc>Zz fall from zz ladder</desc></diag>
      </diag>
    </section>
    <section id="Q9A">
      <desc>Zz fever of another letter (Q9A)</desc>
      <diag><name>Q9A</name><desc>Zz fever of another letter</desc></diag>
    </section>
  </chapter>
</ICD10CM.tabular>
"""


def written(folder: Path, text: str | bytes = ORDER, name: str = "icd10cm_order_2031.txt") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def loaded(
    *paths: Path, options: Options | None = None, report: Report | None = None
) -> dict[str, Concept]:
    found = load(paths, options or Options(), report or Report())
    return {concept.code: concept for concept in found}
