"""How many blanks stand between two tokens of one line."""

from __future__ import annotations

import yaml

from sora2batch.manifest.formatting.piece import Piece

_NAMES = frozenset({yaml.AnchorToken, yaml.TagToken})
"""What would grow by a sign that follows it without a blank."""
_WITH_BLANK = frozenset(
    {yaml.ValueToken, yaml.BlockEntryToken, yaml.KeyToken, yaml.FlowEntryToken, yaml.DocumentStartToken}
)
_BEFORE_COLON = frozenset({yaml.ScalarToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken})


def blanks_between(left: Piece, right: Piece, gap: str) -> str:
    """Tell what is to stand between two tokens of a line, where ``gap`` does now."""
    if left.kind in _NAMES:
        return " "
    if left.kind is yaml.FlowSequenceStartToken or right.kind is yaml.FlowSequenceEndToken:
        return "" if left.kind is not yaml.ValueToken else " "
    if left.kind is yaml.FlowMappingStartToken and right.kind is yaml.FlowMappingEndToken:
        return ""
    if left.kind is yaml.FlowMappingStartToken or right.kind is yaml.FlowMappingEndToken:
        return " "
    if left.kind in _WITH_BLANK:
        return " "
    if right.kind is yaml.FlowEntryToken:
        return ""
    if right.kind is yaml.ValueToken and left.kind in _BEFORE_COLON:
        return ""
    return " " if gap else ""
