"""The file of a form comes out byte by byte as it went in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.errors import Invalid
from shared.kit.multipart import file_of, is_form

TYPE = "multipart/form-data; boundary=----b"


def form(content: bytes, disposition: str = 'form-data; name="file"; filename="a.csv"') -> bytes:
    return b"------b\r\nContent-Disposition: " + disposition.encode() + b"\r\n\r\n" + content + b"\r\n------b--\r\n"


@given(st.binary(max_size=2000).filter(lambda content: b"----b" not in content))
def test_whatever_bytes_a_file_has_are_read(content):
    assert file_of(TYPE, form(content), "file").content == content


@given(st.text(alphabet="\r\n\x00a;", max_size=200))
def test_line_breaks_of_every_kind_stay(text):
    content = text.encode("utf-16")

    assert file_of(TYPE, form(content), "file").content == content


@pytest.mark.parametrize(
    ("disposition", "field"),
    [('form-data; name="other"; filename="a"', "other"), ("form-data", "body"), ('form-data; name=""', "body")],
)
def test_another_field_is_refused_by_name(disposition, field):
    with pytest.raises(Invalid) as refused:
        file_of(TYPE, form(b"x", disposition), "file")

    assert [detail["field"] for detail in refused.value.details] == [field]


def test_two_files_are_one_too_many():
    twice = form(b"x").removesuffix(b"--\r\n") + b"\r\n" + form(b"y").removeprefix(b"------b\r\n")

    with pytest.raises(Invalid, match="VALIDATION_ERROR"):
        file_of(TYPE, twice, "file")


@pytest.mark.parametrize(
    "named", ["filename*=UTF-8''B%C3%BCro.csv", 'filename="Büro.csv"', "filename=Büro.csv", 'filename="B%C3%BCro.csv"']
)
def test_a_name_in_another_script_is_the_files(named):
    """RFC 7578, 5.1: in UTF-8, as browsers write it; or as in an e-mail."""
    found = file_of(TYPE, form(b"x", f'form-data; name="file"; {named}'), "file").name

    assert found == ("B%C3%BCro.csv" if '"B%' in named else "Büro.csv")


def test_a_name_in_another_encoding_is_no_defect():
    sent = form(b"x", 'form-data; name="file"; filename="Büro.csv"').replace("ü".encode(), b"\xfc")

    assert file_of(TYPE, sent, "file").name == "B\ufffdro.csv"


@pytest.mark.parametrize(
    ("content_type", "expected"), [(TYPE, True), ("Multipart/Form-Data", True), ("application/json", False)]
)
def test_a_form_is_known_by_its_type(content_type, expected):
    assert is_form(content_type) is expected
