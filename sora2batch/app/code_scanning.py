"""Problems of manifests for other programs: `validate --format sarif` and `--format github`."""

from __future__ import annotations

from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.app.output.workflow_command import annotation, problem_annotation
from sora2batch.app.sarif import failure_to_sarif, problems_to_sarif
from sora2batch.app.validate import ValidateArgs, check
from sora2batch.ground.errors import ExitCode, Sora2BatchError, word_of
from sora2batch.ground.rule import Level

_MOST_ANNOTATIONS = 50
_GRAVITY = (Level.ERROR, Level.WARNING, Level.NOTICE)


def validate_as_sarif(args: ValidateArgs, printer: Printer) -> ExitCode:
    """Print what is wrong as a SARIF log.

    Raises:
        UsageError: a folder holds no manifest.
        CatalogError: a tool file is no good.
    """
    try:
        checked = check(args, printer)
    except Sora2BatchError as error:
        print_json(failure_to_sarif(error.message), printer)
        raise
    print_json(problems_to_sarif(checked.problems), printer)
    return checked.exit_code


def validate_for_github(args: ValidateArgs, printer: Printer) -> ExitCode:
    """Print what is wrong as annotations of GitHub Actions, errors first, as few are shown.

    Raises:
        UsageError: a folder holds no manifest.
        CatalogError: a tool file is no good.
    """
    try:
        checked = check(args, printer)
    except Sora2BatchError as error:
        printer.output(annotation(Level.ERROR, error.message, title=word_of(error.exit_code)))
        raise
    by_level = sorted(checked.problems, key=lambda one: _GRAVITY.index(one.level))
    printer.output_lines(map(problem_annotation, by_level[:_MOST_ANNOTATIONS]))
    return checked.exit_code
