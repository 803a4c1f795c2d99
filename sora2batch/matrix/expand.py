"""A manifest -> its jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, cast

from sora2batch.catalog.catalog import Catalog
from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.garbage import collector_paused
from sora2batch.ground.job import Job
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import DataPath, Fault, Problem
from sora2batch.manifest.model import Group, Manifest
from sora2batch.manifest.suppression import idle_comments, judged
from sora2batch.manifest.tree import FileTree
from sora2batch.matrix.datafile.read import DataFiles
from sora2batch.matrix.diagnostics import Diagnostics
from sora2batch.matrix.duplicates import refuse_duplicates
from sora2batch.matrix.field import Constant, Part, PlacedError, compile_value
from sora2batch.matrix.field_check import FaultNotes, FieldChecker, constants
from sora2batch.matrix.grid import Grid
from sora2batch.matrix.group import Field, GridBuilder, compile_fields, find_tool
from sora2batch.matrix.input_files import InputFiles
from sora2batch.matrix.jobs import JobMaker
from sora2batch.matrix.render import GroupRenderer
from sora2batch.matrix.review import GroupJobs, Reviewer, cut_texts
from sora2batch.matrix.source_location import SourceLocator
from sora2batch.matrix.stage import NO_RESULTS, Results, Stages
from sora2batch.template.template import Compiler, Form

if TYPE_CHECKING:
    from sora2batch.matrix.input_file import InputFile
    from sora2batch.matrix.upstream import UpstreamResults

_STEPS_IN_ALL = 5_000_000
_STEPS_A_JOB = 500
"""What the templates of a manifest may do together: enough for lists in every prompt, seconds at worst."""


class Expansion(NamedTuple):
    """Everything that a manifest asks for."""

    jobs: tuple[Job, ...]
    """In the order of the manifest; keys, fingerprints and file names are unique."""
    findings: tuple[Problem, ...]
    """What may be a slip; each names its file without a folder, as plans are the same from everywhere."""
    data_digests: tuple[tuple[str, str], ...]
    """(data file or file that is sent, sha256 of its bytes in hex), sorted."""
    files: Mapping[str, InputFile] = {}
    """Those that some job sends, by the sha256 of their bytes; results of jobs are not among them."""
    stages: Stages | None = None
    """Where some jobs rest on the results of others: what waits for what. The jobs are those known now."""

    @property
    def asked(self) -> tuple[AskedJob, ...]:
        """All that the manifest asks for, whatever was made so far."""
        return self.stages.asked if self.stages else self.jobs

    @property
    def notices(self) -> tuple[str, ...]:
        """The findings in words, for people."""
        return tuple(map(str, self.findings))

    @property
    def all_jobs(self) -> tuple[AskedJob, ...]:
        """Every job in the order of the manifest: those known now, and the others as they wait."""
        return self.stages.all_jobs if self.stages else self.jobs


def expand(manifest: Manifest, catalog: Catalog, tree: FileTree, results: Results = NO_RESULTS) -> Expansion:
    """Make the jobs of a manifest, whose data files are read from ``tree``.

    Args:
        manifest: checked.
        catalog: the tools.
        tree: the manifest's folder.
        results: what has been made so far, for jobs that rest on others.

    Raises:
        ManifestError: with every problem at once.
    """
    with collector_paused():
        return _Expander(manifest, catalog, tree, results).expand()


def grid_of(
    group: str, manifest: Manifest, catalog: Catalog, tree: FileTree, results: Results = NO_RESULTS
) -> Grid:
    """Make the cells of one group of a sound manifest, with those of the groups that it rests on."""
    expander = _Expander(manifest, catalog, tree, results)
    expander.expand()
    return next(grid for made, grid in expander.grids if made.name == group)


def _upstream_for(
    manifest: Manifest, tree: FileTree, diagnostics: Diagnostics, results: Results
) -> UpstreamResults | None:
    """Get ready to hand results on from group to group, where one is made from another."""
    if not any(group.job_axes for group in manifest.groups):
        return None
    from sora2batch.matrix.upstream import UpstreamResults  # noqa: PLC0415  # most manifests have one stage

    return UpstreamResults(manifest, tree, diagnostics, results)


class _Expander:
    """Carries the problems, the compiled templates and the data files from group to group."""

    def __init__(self, manifest: Manifest, catalog: Catalog, tree: FileTree, results: Results) -> None:
        self._manifest = manifest
        self._catalog = catalog
        self._files = DataFiles(tree, manifest.data_file)
        self._diagnostics = Diagnostics(manifest, SourceLocator(manifest, self._files))
        self._input_files = InputFiles(tree)
        self._upstream = _upstream_for(manifest, tree, self._diagnostics, results)
        self._grids = GridBuilder(self._files, self._input_files, self._upstream, self._diagnostics)
        self._compiler = Compiler(total_steps=_STEPS_IN_ALL)
        self._variables, self._broken = self._compile_variables()
        self._filename = self._compile_filename()
        self._idle = {name for name in manifest.vars if name not in self._broken}
        self._rendered: list[tuple[Group, Grid, GroupRenderer]] = []
        self._made: list[GroupJobs] = []
        self._tools: list[Tool] = []
        self._has_blind_spot = False

    def expand(self) -> Expansion:
        asked = self._asked()
        self._input_files.close()
        # A group that could not be rendered may be the one with the values that a variable reads.
        for name in () if self._has_blind_spot else sorted(self._idle):
            self._try_idle_variable(name)
        refuse_duplicates(asked, self._manifest, self._diagnostics)
        self._diagnostics.close()
        stages = self._upstream.stages(asked) if self._upstream else None
        return Expansion(
            jobs=stages.jobs if stages else cast("tuple[Job, ...]", asked),
            findings=self._findings(),
            data_digests=self._digests(),
            files=self._input_files.used,
            stages=stages,
        )

    @property
    def grids(self) -> Iterator[tuple[Group, Grid]]:
        """Tell the cells of each group that was rendered."""
        return ((group, grid) for group, grid, _ in self._rendered)

    def _asked(self) -> tuple[AskedJob, ...]:
        """Make all jobs: those first that others rest on, and hand them on in the order of the manifest."""
        groups = self._manifest.groups
        in_turn = self._upstream.in_turn(groups) if self._upstream else groups
        made = {group.name: self._jobs_of(group) for group in in_turn}
        return tuple(job for group in groups for job in made[group.name])

    @property
    def _slips(self) -> Iterator[Fault]:
        """What may be a slip in a matrix."""
        return chain(self._grids.slips, self._upstream.slips if self._upstream else ())

    def _findings(self) -> tuple[Problem, ...]:
        """Gather what may be a slip, without what the manifest does not want to hear of."""
        manifest = self._manifest
        document, file, comments = manifest.document, manifest.file, manifest.document.ignore_comments
        found = (
            *(slip.at(file, document.position(slip.path)) for slip in self._slips),
            *cut_texts(manifest, self._tools),
            *self._files.findings,
            *(self._upstream.picks.findings if self._upstream else ()),
            *self._second_look(),
            *idle_comments(comments, file=file),
        )
        if not found:
            return ()
        names = manifest.data_file_lines if comments else ()
        return tuple(judged(found, manifest.lint, comments, file=file, data_files=names))

    def _digests(self) -> tuple[tuple[str, str], ...]:
        """Tell the sha256 of all that was read: data files, and files that are sent."""
        used = self._input_files.used.items()
        picks = self._upstream.picks.digests if self._upstream else ()
        return tuple(
            sorted({*self._files.digests, *picks, *((found.file, digest) for digest, found in used)})
        )

    def _second_look(self) -> tuple[Problem, ...]:
        """Look once more at what was rendered, now that it is known to be sound."""
        reviewer = Reviewer(self._manifest, self._variables)
        for made in self._made:
            self._compiler.meter.allow(_STEPS_A_JOB * len(made.jobs))
            reviewer.look_at(made)
        return reviewer.findings()

    def _compile(self, value: JsonValue, path: DataPath, form: Form) -> Part | None:
        try:
            return compile_value(value, path, self._compiler, form)
        except PlacedError as error:
            self._diagnostics.add(error.fault)
            return None

    def _compile_variables(self) -> tuple[Mapping[str, Part], frozenset[str]]:
        """Compile the variables and tell which are broken: these are null; what needs them is left out."""
        compiled = {
            name: self._compile(value, ("vars", name), Form.VALUE)
            for name, value in self._manifest.vars.items()
        }
        broken = frozenset(name for name, part in compiled.items() if part is None)
        return {name: part or Constant(value=None) for name, part in compiled.items()}, broken

    def _compile_filename(self) -> Part | None:
        template = self._manifest.output.filename
        return None if template is None else self._compile(template, ("output", "filename"), Form.TEXT)

    def _jobs_of(self, group: Group) -> tuple[AskedJob, ...]:
        tool = find_tool(self._manifest, group, self._catalog, self._diagnostics)
        grid = self._grids.build(group)
        fields = compile_fields(self._manifest, group, self._compiler, self._diagnostics)
        maker = self._maker(group, grid, fields) if grid and group.is_whole else None
        if maker is None:
            self._has_blind_spot = True
            if tool:
                self._check_constants(group, fields, tool)
            return ()
        if tool is None or len(fields) < len({**self._manifest.default_input, **group.input}):
            maker.try_fields(tool)
            return ()
        jobs = tuple(maker.jobs(tool))
        if grid and self._upstream:
            self._upstream.add(group, tool, grid, jobs)
        self._tools.append(tool)
        self._made.append(GroupJobs(jobs=jobs, repeat=group.repeat, fields=fields, renderer=maker.renderer))
        return jobs

    def _maker(self, group: Group, grid: Grid, fields: Mapping[str, Field]) -> JobMaker | None:
        """Get ready to render a group; None if it leans on what is broken, which has been noted."""
        self._compiler.meter.allow(_STEPS_A_JOB * len(grid.cells) * group.repeat)
        renderer = self._renderer(grid, {name: field.part for name, field in fields.items()})
        if renderer is None:
            return None
        self._rendered.append((group, grid, renderer))
        self._idle.difference_update(renderer.needed)
        if not self._broken.isdisjoint(renderer.needed):
            return None
        upstream = self._upstream.of(group) if self._upstream else None
        return JobMaker(group, grid, fields, renderer, self._input_files, self._diagnostics, upstream)

    def _check_constants(self, group: Group, fields: Mapping[str, Field], tool: Tool) -> None:
        notes = FaultNotes(group.name, fields, self._diagnostics)
        for fault in FieldChecker(tool).faults(constants(fields)):
            notes.note(fault, key=None)

    def _renderer(self, grid: Grid, fields: Mapping[str, Part]) -> GroupRenderer | None:
        try:
            return GroupRenderer(grid=grid, variables=self._variables, fields=fields, filename=self._filename)
        except PlacedError as error:
            self._diagnostics.add(error.fault)
            return None

    def _try_idle_variable(self, name: str) -> None:
        """Render a variable that nothing uses, in a cell that has what it reads: a slip there is a slip."""
        try:
            group, grid, renderer = max(self._rendered, key=lambda known: len(known[2].reads_of(name)))
            index = renderer.cell_for(renderer.reads_of(name))
        except PlacedError as error:
            self._diagnostics.add(error.fault)
            return
        except ValueError:  # no group, or no cell, to try it in
            return
        probe = self._renderer(grid, {name: self._variables[name]})
        if probe and self._broken.isdisjoint(probe.needed):
            JobMaker(group, grid, {}, probe, self._input_files, self._diagnostics).try_template(index)
