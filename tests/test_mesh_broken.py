"""A MeSH file that is broken, cut or hostile says where, and nothing is drawn in."""

import gzip
from pathlib import Path

import pytest

from termsearch.errors import BadRecordError
from termsearch.loader import Options, Report
from termsearch_loaders.mesh import load
from tests.mesh import DESC, RECORD, loaded, written


def test_a_file_that_ends_in_mid_record_fails_before_anything_is_yielded(tmp_path: Path) -> None:
    whole = DESC.read_text()
    cut = written(tmp_path, whole[: whole.index("Zz Tingling</String>\n     </Term>")])

    with pytest.raises(BadRecordError, match=r"desc2025\.xml, line \d\d\d: not well-formed XML"):
        next(load([cut], Options(), Report()))


def test_a_cut_gzip_fails_with_its_name(tmp_path: Path) -> None:
    cut = tmp_path / "desc2025.xml.gz"
    cut.write_bytes(gzip.compress(DESC.read_bytes(), compresslevel=0)[:-4000])

    with pytest.raises(BadRecordError, match=r"desc2025\.xml\.gz, .*cut or damaged"):
        loaded(cut)


@pytest.mark.parametrize(
    ("found", "broken", "message"),
    [
        ("<String>Zz Other</String>", "<String> </String>", "line 7: a Term without text"),
        ("<DescriptorUI>D990001</DescriptorUI>", "", "line 3: no DescriptorUI"),
        ("Concept ", "Idea ", "line 9: not well-formed"),
        ("Concept", "Idea", "line 3: a record without Concept"),
        ("Term", "Word", "line 6: a record without Term"),
        ("</DescriptorRecord>\n", "</DescriptorRecord>\n<DescriptorRecord/>", "no DescriptorUI"),
        ("Zz Other", "Zz &eacute;", "line 7: not well-formed"),
        ('"1.0"?>', '"1.0" encoding="zz"?>', "not well-formed"),
    ],
)
def test_a_broken_record_names_its_line(
    tmp_path: Path, found: str, broken: str, message: str
) -> None:
    path = written(tmp_path, RECORD.replace(found, broken))

    with pytest.raises(BadRecordError, match=message):
        loaded(path)


def test_bytes_that_are_not_utf8_name_the_line(tmp_path: Path) -> None:
    path = tmp_path / "desc2025.xml"
    path.write_bytes(RECORD.encode().replace(b"Zz Other", b"Zz \xe9"))

    with pytest.raises(BadRecordError, match="line 7: not well-formed"):
        loaded(path)


def test_an_id_that_comes_twice_is_refused(tmp_path: Path) -> None:
    record = RECORD[RECORD.index("<DescriptorRecord ") : RECORD.index("</DescriptorRecordSet>")]
    path = written(tmp_path, RECORD.replace(record, record * 2))

    with pytest.raises(BadRecordError, match="line 11: D990001 a second time"):
        loaded(path)


def test_entities_are_never_resolved(tmp_path: Path) -> None:
    bomb = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">'
    declared = RECORD.replace("<Desc", f"<!DOCTYPE DescriptorRecordSet [{bomb}]>\n<Desc", 1)
    path = written(tmp_path, declared.replace("Zz Other", "Zz &c;"))

    with pytest.raises(BadRecordError, match="declares an entity, 'a'"):
        loaded(path)


def test_a_file_on_this_machine_is_not_drawn_in(tmp_path: Path) -> None:
    secret = written(tmp_path, "secret", "secret.txt")
    dtd = f'<!DOCTYPE DescriptorRecordSet [<!ENTITY s SYSTEM "{secret.as_uri()}">]>\n'
    declared = RECORD.replace("<Desc", f"{dtd}<Desc", 1).replace("Zz Other", "&s;")

    with pytest.raises(BadRecordError, match="declares an entity, 's'"):
        loaded(written(tmp_path, declared))


def test_the_dtd_is_not_read_even_where_it_lies_beside_the_file(tmp_path: Path) -> None:
    written(tmp_path, '<!ENTITY eacute "e">', "zz.dtd")
    dtd = '<!DOCTYPE DescriptorRecordSet SYSTEM "zz.dtd">\n'
    declared = RECORD.replace("<Desc", f"{dtd}<Desc", 1).replace("Zz Other", "Zz caf&eacute; x")

    with pytest.raises(BadRecordError, match="line 8: Entity 'eacute' not defined"):
        loaded(written(tmp_path, declared))
