"""Every kind of problem that the program knows, by the id that people and scripts name it by."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Level(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """Nothing is planned or sent until it is mended: exit code 2."""
    WARNING = "warning"
    """Most likely a slip that costs money; an error with --strict."""
    NOTICE = "notice"
    """Worth a look."""


_WARNING = Level.WARNING
_NOTICE = Level.NOTICE


class Rule(StrEnum):
    """What is wrong, whichever file or check finds it; its value is the id."""

    meaning: str
    """One line, for somebody who looks the id up."""
    level: Level

    def __new__(cls, rule_id: str, meaning: str, level: Level = Level.ERROR) -> Self:
        """Make a member of the table below."""
        rule = str.__new__(cls, rule_id)
        rule._value_ = rule_id
        rule.meaning = meaning
        rule.level = level
        return rule

    @classmethod
    def meant_by(cls, word: str) -> Rule | None:
        """Find a rule by its id as people copy it, in brackets or in capitals; None where there is none."""
        asked = word.strip("[] ").lower()
        return next((rule for rule in cls if rule.value == asked), None)

    # Files and their text
    UNREADABLE_FILE = "unreadable-file", "A file is not there, or cannot or must not be read."
    UNKNOWN_FILE_TYPE = "unknown-file-type", "The name of a data file does not say what is in it."
    EMPTY_FILE = "empty-file", "A file says nothing."
    NOT_UTF8 = "not-utf8", "A file is no UTF-8 text."
    CONTROL_CHARACTER = "control-character", "A text holds a character that no text should hold."
    MERGE_CONFLICT = "merge-conflict", "A merge left its marks: nobody has decided yet what is meant."

    # What YAML and JSON say
    YAML_SYNTAX = "yaml-syntax", "A text is not YAML."
    JSON_SYNTAX = "json-syntax", "A text is not JSON."
    CSV_SYNTAX = "csv-syntax", "A text is not CSV."
    SEVERAL_DOCUMENTS = "several-documents", "A file holds more than one YAML document."
    DUPLICATE_KEY = "duplicate-key", "A mapping, a header or a list of names says one thing twice."
    NO_KEY = "no-key", "A list, a mapping or an alias stands where a key should."
    UNQUOTED_TEMPLATE = "unquoted-template", "A template without quotes, which YAML takes for a mapping."
    UNQUOTED_TEXT = "unquoted-text", "A text without quotes of which YAML takes a part for something else."
    UNQUOTED_COMMA = "unquoted-comma", "A comma of a text begins a new key in braces, as it has no quotes."
    UNQUOTED_COMMENT = (
        "unquoted-comment",
        "A text may have been meant to go on where YAML sees a comment.",
        _WARNING,
    )
    BAD_TAG = "bad-tag", "A YAML tag that plain data does not have, or that does not fit its value."
    BAD_ALIAS = "bad-alias", "An alias of an anchor that is not there, or that it is itself a part of."
    BAD_MERGE_KEY = "bad-merge-key", "The value of << is no mapping."
    TOO_MANY_ALIASES = "too-many-aliases", "Aliases make a small file huge."
    TOO_DEEP = "too-deep", "Lists and mappings are nested too deeply."
    UNSAFE_VALUE = "unsafe-value", "A number or a text that JSON cannot carry faithfully."

    # What a schema says
    UNKNOWN_KEY = "unknown-key", "A key that does not belong where it stands."
    MISSING_KEY = "missing-key", "A key that is needed is not there."
    WRONG_TYPE = "wrong-type", "A value is of another type than it must be."
    NOT_ALLOWED_VALUE = "not-allowed-value", "A value is none of those that are allowed."
    OUT_OF_RANGE = "out-of-range", "A number is too small or too large."
    BAD_TEXT = "bad-text", "A text does not have the form that it must have."
    TOO_LONG = "too-long", "A text or a list is too long."
    EMPTY_VALUE = "empty-value", "A text, a list or a mapping is empty and must not be."
    SCHEMA = "schema", "A value does not follow the schema in some other way."
    AMBIGUOUS_NUMBER = "ambiguous-number", "An amount that some read as a thousand times another."
    BAD_NAME = "bad-name", "A name that cannot stand for a batch, a group, an axis or a variable."
    BAD_FOLDER = "bad-folder", "The folder for results is no path as it stands."

    # Stages
    UNKNOWN_GROUP = "unknown-group", "A group is made from the results of a group that is not there."
    GROUP_CIRCLE = "group-circle", "Groups are made from each other's results, so that none can begin."
    BROKEN_PICK = "broken-pick", "A pick that was written by hand names no result."
    LOST_PICK = "lost-pick", "A pick is of a request that the manifest does not ask for any more.", _WARNING
    MISPLACED_OUTPUT = "misplaced-output", "The result of a job stands where no file can be sent."
    UNUSED_RESULTS = (
        "unused-results",
        "A group is made from the results of another, and sends none of them.",
        _NOTICE,
    )

    # Tools
    UNKNOWN_TOOL = "unknown-tool", "There is no tool of this name."
    UNKNOWN_INPUT = "unknown-input", "A tool does not take this input; the API may ignore it silently."
    MISSING_INPUT = "missing-input", "An input that the tool needs is not there."
    UNUSABLE_MEDIA = "unusable-media", "A file is no picture, clip or sound that the tool can take."
    UNKNOWN_PRICE = "unknown-price", "It is not known what a request costs."

    # The matrix and its data files
    UNKNOWN_AXIS = "unknown-axis", "An axis is named, or a value of one, that is not there."
    NO_VALUES = "no-values", "A data file gives an axis no value."
    EMPTY_ROW = "empty-row", "A row of a data file says nothing, and would be a job all the same."
    UNEVEN_ROW = "uneven-row", "A row of a data file does not fit its header."
    UNNAMED_COLUMN = "unnamed-column", "A column of a data file has no name."
    FORMULA_ERROR = "formula-error", "A cell of a data file holds a spreadsheet's error.", _WARNING
    IDLE_EXCLUDE = "idle-exclude", "An entry of exclude fits no cell, so it leaves nothing out.", _WARNING
    NO_JOBS = "no-jobs", "A group has no job: nothing is left of its matrix.", _WARNING
    MATRIX_TOO_LARGE = "matrix-too-large", "A matrix makes more cells or jobs than anybody means."
    DUPLICATE_REQUEST = "duplicate-request", "Two jobs are the same request, which would be paid twice."
    DUPLICATE_FILE = "duplicate-file", "Two results would be written to one file."
    BAD_FILE_NAME = "bad-file-name", "The name of a result is none that every system can have."
    TOO_MANY_PROBLEMS = "too-many-problems", "There are more problems than are listed."

    # Templates
    TEMPLATE_SYNTAX = "template-syntax", "A text in braces is no template."
    TEMPLATE_FAILED = "template-failed", "A template cannot be rendered with the values that it reads."
    TEMPLATE_LIMIT = "template-limit", "A template takes too many steps, or makes too much."
    UNDEFINED_NAME = "undefined-name", "A template names what is not there."
    CIRCULAR_VARIABLE = "circular-variable", "Variables use each other in a circle."
    TEMPLATE_LEFTOVER = "template-leftover", "What is sent still holds a mark of a template.", _WARNING
    CONFLICT_LEFTOVER = "conflict-leftover", "What is sent holds a mark that a merge left.", _WARNING
    TEMPLATE_HOLE = "template-hole", "A template leaves a hole in its text.", _WARNING

    # What would be paid for, and is not what was meant
    TEXT_CONDITION = (
        "text-condition",
        "A text such as FALSE decides an if: to a template it is true.",
        _WARNING,
    )
    NEAR_DUPLICATE = (
        "near-duplicate",
        "Two prompts differ in nothing but case, blanks or punctuation.",
        _WARNING,
    )
    LONG_PROMPT = "long-prompt", "A prompt is longer than what its tool is known to read.", _WARNING
    PRIVATE_URL = (
        "private-url",
        "A URL that only this machine or network knows: nobody else can fetch it.",
        _WARNING,
    )
    PLAIN_HTTP = (
        "plain-http",
        "A URL without encryption: what is fetched can be read and changed on the way.",
        _WARNING,
    )
    PICTURE_SHAPE = "picture-shape", "The shape of a picture is far from the clip's.", _WARNING
    SMALL_PICTURE = "small-picture", "A picture has so few pixels that a clip of it is blurred.", _WARNING
    DEAR_FIRST = "dear-first", "The dearest setting is asked for before anything cheaper was tried.", _NOTICE
    WRONG_ENDING = "wrong-ending", "The name of a result ends as no result of its tool does.", _NOTICE

    # What only the network tells
    NO_PICTURE = "no-picture", "A URL gives no picture, clip or sound, as its field wants it."
    UNREACHABLE_URL = "unreachable-url", "Whether a URL gives a file could not be found out.", _WARNING
    EXPIRING_URL = "expiring-url", "The signature of a URL ends before a run may be over.", _WARNING
    CHANGED_PICTURE = (
        "changed-picture",
        "A URL gives other bytes than when jobs were last paid for with it.",
        _WARNING,
    )
    REDIRECTED_URL = "redirected-url", "A URL leads on to another; who fetches may not follow.", _NOTICE

    # Lint itself
    UNKNOWN_RULE = "unknown-rule", "A comment wants to ignore what is no rule, or none that can be.", _WARNING

    # Picks
    UNKNOWN_JOB = "unknown-job", "There is no such job, or more than one."
    CONTRADICTION = "contradiction", "Two entries say different things of one job."
