"""CSV as spreadsheets and editors write it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.problem_line import without_rule
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.matrix.datafile.csvfile import parse_csv
from sora2batch.matrix.datafile.csvtext import CsvError, read_cells, read_rows
from sora2batch.matrix.datafile.delimiter import Layout


def rows(content):
    return list(parse_csv(content if isinstance(content, bytes) else content.encode(), file="a.csv"))


def problems(content):
    with pytest.raises(ManifestError) as caught:
        rows(content)
    return [without_rule(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("empty", [",", ",,", " , ", "\t,\t", '"",""', '" ",\xa0', '""', " ", ",,,,"])
def test_a_row_of_empty_fields_is_a_blank_line(empty):
    assert rows(f"{empty}\na,b\n{empty}\n1,2\n{empty}\n{empty}") == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize("line", ["1,2,,", "1,2, ,", "1,2", "1,2,", '1,2,"",\xa0,'])
def test_empty_columns_at_the_end_are_none(line):
    assert rows(f"a,b,,\n{line}\n") == [{"a": "1", "b": "2"}]
    assert rows(f"a,b\n{line}\n") == [{"a": "1", "b": "2"}]


def test_a_value_below_a_column_without_a_name_is_told_at_its_place():
    way = "(name the column, or empty the cell)"
    assert problems("a,b,,\n1,2,,\n1,2,,lost\n1,2,\n1,x,here,\n") == [
        f'a.csv:3:6: column 4 of the header has no name, but this row has "lost" there {way}',
        f'a.csv:5:5: column 3 of the header has no name, but this row has "here" there {way}',
    ]


def test_an_empty_column_in_the_middle_is_an_error():
    assert problems("a,,b\n1,,2\n") == ["a.csv:1:1: column 2 of the header has no name"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_the_ends_of_lines_say_nothing_inside_quotes_either(end):
    assert rows(f'a,"b{end}"{end}1,"x{end}y{end}"{end}') == [{"a": "1", "b": "x\ny\n"}]


@pytest.mark.parametrize(
    "line", ['"1", "x, y"', ' "1" ,\t"x, y" ', '"1","x, y"', '\xa0"1"\xa0,"x, y"\t', '1, "x, y"']
)
def test_a_blank_before_or_after_quotes_is_skipped(line):
    assert rows(f'"a", "b"\n{line}\n') == [{"a": "1", "b": "x, y"}]


def test_a_blank_without_quotes_belongs_to_the_value():
    assert rows("a, b \n 1 , x y\n") == [{"a": " 1 ", "b": " x y"}]


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_the_delimiter_is_recognised_by_the_header(delimiter):
    text = "\n".join(delimiter.join(line) for line in (["a", '"b, c; d"', "e"], ["1", '"2, 3; 4"', "5"]))
    assert rows(text) == [{"a": "1", "b, c; d": "2, 3; 4", "e": "5"}]


def test_commas_in_values_do_not_make_a_comma_of_a_semicolon():
    assert rows("prompt;seconds\nA fox, red, in snow;3,5\n") == [
        {"prompt": "A fox, red, in snow", "seconds": "3,5"}
    ]
    assert rows("prompt\nA fox; in snow\n") == [{"prompt": "A fox; in snow"}]
    assert rows('say "a;b;c,d\n1;2;3,4\n') == [{'say "a': "1", "b": "2", "c,d": "3,4"}]


@pytest.mark.parametrize(
    ("first", "mark"),
    [
        ("sep=;", ";"),
        ("SEP=;", ";"),
        ('"sep=;"', ";"),
        ("sep=,", ","),
        ("sep=\t", "\t"),
        ("sep=|", "|"),
        ("sep=;;", ";"),
    ],
)
def test_a_first_line_names_the_delimiter(first, mark):
    for end in ("\n", "\r\n"):
        lines = (first, f"a{mark}b", f"1,;|x{mark}2" if mark == "\t" else f"1{mark}2")
        assert rows(f"\ufeff{end.join(lines)}{end}")[0]["b"] == "2"


def test_a_delimiter_that_nobody_knows_is_told():
    assert problems("sep=x\naxb\n") == [
        "a.csv:1:5: the separator 'x' is not known: it must be a comma, a semicolon, a tab or a bar"
    ]


def test_places_count_the_line_that_names_the_delimiter_and_those_inside_quotes():
    (problem,) = problems('sep=;\na;b\n\n"1\r\n2\r\n3";x\n;;\n1;2;3\n')
    assert problem.startswith('a.csv:8:1: the row has 3 fields, the header has 2: "a", "b" ')
    assert problem.endswith('(a value with a semicolon in it must stand in "quotes")')


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ('a,b\n"x\ny","z', "3:4: is not CSV: the quote that opens here is never closed"),
        ('a,b\n"x\ny", "z"z\n', "3:4: is not CSV: the field ends with its closing quote, but 'z' comes next"),
        ('a,b\n\n1, "z\n', "3:4: is not CSV: the quote that opens here is never closed"),
        (f'a,b\n"\n",{"x" * 131_073}\n', "3:3: the field that begins here has more than 131,072 characters"),
        (f'a,b\n1,"{"x" * 131_073}"\n', "2:3: the field that begins here has more than 131,072 characters"),
        ("a,b\n1,\0\n", "2:3: the control character U+0000 cannot stand in the text"),
    ],
)
def test_what_is_no_csv_is_told_at_its_place(content, place):
    (problem,) = problems(content)
    assert problem.startswith(f"a.csv:{place}")


def test_a_quote_in_the_middle_of_a_field_is_a_character():
    assert rows('a,b\n5" disc,the "red" fox\n') == [{"a": '5" disc', "b": 'the "red" fox'}]


def test_names_of_columns_are_cleaned_before_they_are_compared():
    assert rows(' a ,"b ",\xa0c\n1,2,3\n') == [{"a": "1", "b": "2", "c": "3"}]
    assert problems('a, a ,"a "\n1,2,3\n') == ['a.csv:1:1: the header names "a" twice']


def test_numbers_and_truths_of_a_spreadsheet_stay_texts():
    assert rows("a;b;c\n3,5;TRUE;1.000,00\n") == [{"a": "3,5", "b": "TRUE", "c": "1.000,00"}]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_what_a_spreadsheet_writes_otherwise_is_refused_with_the_way_out(encoding):
    (problem,) = problems("a,b\n1,é\n".encode(encoding))
    assert problem.endswith('(save the file as UTF-8; in Excel, as "CSV UTF-8")')


FIELDS = st.text(alphabet='ab" ,;\n\t', max_size=8)


@given(st.lists(st.lists(FIELDS, min_size=1, max_size=4), min_size=1, max_size=4), st.sampled_from(",;\t"))
def test_what_the_library_writes_is_read_as_it_was(table, delimiter):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(table)
    layout = Layout(delimiter=delimiter, start=0)
    assert read_rows(file.getvalue(), layout) == table
    assert [[cell.text for cell in row] for row in read_cells(file.getvalue(), layout)] == table


@given(st.text(alphabet='ab",\n', max_size=30))
def test_both_readers_agree_where_no_blank_stands_beside_a_quote(text):
    layout = Layout(delimiter=",", start=0)
    try:
        expected = [row or [""] for row in csv.reader(io.StringIO(text, newline="\n"), strict=True)]
    except csv.Error:
        with pytest.raises(CsvError):
            list(read_cells(text, layout))
        return
    assert [[cell.text for cell in row] for row in read_cells(text, layout)] == expected
