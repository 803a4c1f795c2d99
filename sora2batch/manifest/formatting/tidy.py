"""A manifest's text -> the same with its white space in order: prettier's style, less what would touch texts.

Two blanks a level, lists one level in, one blank behind ``:``, ``,`` and ``-`` and before a comment, blanks
inside of braces and none inside of brackets, at most one empty line, one line break at the end. No character
but white space comes, goes or changes its place: texts, quotes, numbers, comments and their order stay.
"""

from __future__ import annotations

import re

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.manifest.construct import load_yaml
from sora2batch.manifest.formatting.block_text import block_text_at
from sora2batch.manifest.formatting.piece import Level, Levels, Piece, pieces
from sora2batch.manifest.formatting.spacing import blanks_between
from sora2batch.manifest.source_text import with_plain_breaks

_WHITE = re.compile(r"\s+")


class NotTidyError(Sora2BatchError):
    """A layout that would say something else, or would not stand: it must not be written."""


def tidied(text: str, *, file: str) -> str:
    """Lay a text out that is known to be valid YAML; one that is JSON, or all in braces, stays as it is.

    Raises:
        NotTidyError: the result would not mean what the text means, or be laid out otherwise the next time.
    """
    plain = with_plain_breaks(text)
    if not any(piece.levels for piece in pieces(plain)):
        return text
    result = _laid_out(plain)
    if _WHITE.sub("", result) != _WHITE.sub("", plain) or _laid_out(result) != result:
        raise _not_safe(file)
    try:
        is_same = _same(load_yaml(result, file=file), load_yaml(plain, file=file))
    except Sora2BatchError as error:
        raise _not_safe(file) from error
    if not is_same:
        raise _not_safe(file)
    return result


def _not_safe(file: str) -> NotTidyError:
    message = f"{file}: it cannot be laid out without a change of what it says; it was left as it is"
    return NotTidyError(message, hint="lay it out by hand, and please report it with the file")


def _same(one: object, other: object) -> bool:
    """Compare with types and the order of keys, which is that of the jobs; to Python 1 is True."""
    return repr(one) == repr(other)


def _laid_out(text: str) -> str:
    writer = _Writer(text)
    for piece in pieces(text):
        writer.write(piece)
    return writer.finish()


class _Writer:
    """Writes piece by piece what has been read, with other white space between."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: list[str] = []
        self._last: Piece | None = None
        self._end = 0
        """Of what has been written, in the text as it was."""
        self._final_break = "\n"

    def write(self, piece: Piece) -> None:
        gap = self._text[self._end : piece.start]
        if self._last is not None and "\n" not in gap:
            self._lines[-1] += blanks_between(self._last, piece, gap)
        else:
            self._break(gap, piece)
            self._lines.append(" " * piece.indent)
        self._end = piece.end
        if piece.style in {"|", ">"}:
            self._write_block(piece)
        else:
            self._write_text(piece)
        self._last = piece

    def finish(self) -> str:
        """Write what comments are left behind the last piece."""
        gap = self._text[self._end :]
        of_values = len(self._lines)
        self._break(gap if gap.endswith("\n") else f"{gap}\n", None)
        while len(self._lines) > of_values and not self._lines[-1]:
            self._lines.pop()
        return "\n".join(self._lines) + self._final_break

    def _break(self, gap: str, piece: Piece | None) -> None:
        """Write the comments and the empty lines between two pieces of different lines."""
        first, *others = gap.split("\n")
        if self._last is None:
            others.insert(0, first)
        elif comment := first.strip(" \t"):
            self._lines[-1] += f" {comment}"
        for line in others[:-1]:
            if comment := line.strip(" \t"):
                column = len(line) - len(line.lstrip(" \t"))
                self._lines.append(" " * self._comment_indent(column, piece) + comment)
            elif self._lines and self._lines[-1]:
                self._lines.append("")

    def _comment_indent(self, column: int, piece: Piece | None) -> int:
        """Find the column of a comment: that of what it stands beside; of nothing else, of what follows."""
        if piece and (piece.column == column or (piece.in_flow and not piece.levels)):
            return piece.indent
        if piece and piece.in_flow:
            return max(0, column + piece.levels[-1].new - piece.levels[-1].old)
        levels: Levels = (*(self._last.levels if self._last else ()), *(piece.levels if piece else ()))
        beside = next((level for level in reversed(levels) if level.old == column), None)
        if beside:
            return beside.new
        return piece.indent if piece else _outer(levels, column)

    def _write_text(self, piece: Piece) -> None:
        """Write a token as it is; further lines of a text in quotes or without are moved."""
        first, *others = self._text[piece.start : piece.end].split("\n")
        self._lines[-1] += first
        for line in others:
            words = line.lstrip(" \t")
            column = len(line) - len(words)
            self._lines.append(" " * self._further(piece, column) + words if words else "")

    def _further(self, piece: Piece, column: int) -> int:
        if piece.in_flow and piece.levels:
            return max(0, column + piece.levels[-1].new - piece.levels[-1].old)
        return piece.inner

    def _write_block(self, piece: Piece) -> None:
        top = piece.levels[-1] if piece.levels else Level(0, 0, is_list=False)
        block = block_text_at(self._text, piece.start, top.old)
        self._lines[-1] += f"{block.header} {block.comment}".rstrip(" ")
        margin = " " * (top.new + (block.digit or piece.inner - top.new))
        self._lines += [f"{margin}{line}" if line else "" for line in block.lines]
        self._end = block.end
        if block.lines and block.end == len(self._text) and "-" not in block.header:
            self._final_break = ""  # a break would be one of the text's, and change what it says


def _outer(levels: Levels, column: int) -> int:
    """Find the innermost of the levels that a column is in."""
    return max((level.new for level in levels if level.old <= column), default=0)
