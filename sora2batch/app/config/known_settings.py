"""Every setting there is, as data: the one table that the command line, ``doctor`` and the docs are made of.

What is bought is set nowhere but in the manifest and in the tools' files: a plan lists the same jobs at the
same price on every machine. What a stranger's repository must not decide is refused in a ``pyproject.toml``.
"""

from __future__ import annotations

from typing import Any

from sora2batch.app.config import setting_readers as read
from sora2batch.app.config.layered_setting import Layer, Setting
from sora2batch.ground.digits import SAFE_INTEGER
from sora2batch.manifest.model import RunOptions
from sora2batch.manifest.suppression import NO_LINT_OPTIONS
from sora2batch.sjinn.endpoint import DEFAULT_URL

_RUN = RunOptions()
_FLAG, _ENV, _MANIFEST, _PROJECT, _USER = (
    Layer.FLAG,
    Layer.ENVIRONMENT,
    Layer.MANIFEST,
    Layer.PROJECT,
    Layer.USER,
)
_EVERYWHERE_BUT_FLAG = (_ENV, _MANIFEST, _PROJECT, _USER)
_NOT_A_REPOSITORYS = "that is not a repository's matter; it goes in your own config.toml"
_SAME_EVERYWHERE = "a plan must be the same on every machine: name them in the project's pyproject.toml"
_STORE_HINT = "write s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, az://CONTAINER/PREFIX or file:///FOLDER"

SETTINGS: tuple[Setting[Any], ...] = (
    Setting(
        name="api_url",
        meaning="The API's address.",
        read=read.url("http", hint=f"write an address such as {DEFAULT_URL}"),
        default=DEFAULT_URL,
        layers=(_ENV, _USER),
        refusals={_PROJECT: "a repository must not say where your key is sent; your own config.toml may"},
    ),
    Setting(
        name="tools_dirs",
        meaning="Folders with more tool files.",
        read=read.paths,
        default=(),
        layers=(_FLAG, _ENV, _PROJECT),
        flag="--tools-dir",
        unset="the shipped tools alone",
        refusals={_USER: _SAME_EVERYWHERE},
    ),
    Setting(
        name="repository",
        meaning="What the repository is called in a fleet's database, where git cannot tell.",
        read=read.name,
        default=None,
        layers=(_ENV, _PROJECT),
        unset="the remote `origin`, and the first commit",
        refusals={_USER: "it is of one repository: its own pyproject.toml may name it"},
    ),
    Setting(
        name="max_credits",
        meaning="What any one batch may cost on this machine, beside its budget; the lowest of all counts.",
        read=read.whole(0, SAFE_INTEGER),
        default=None,
        layers=(_ENV, _PROJECT, _USER),
        unset="the budget alone",
        is_limit=True,
    ),
    Setting(
        name="credit_price",
        meaning="What a credit costs in money.",
        read=read.credit_price,
        default=None,
        layers=(_ENV, _PROJECT, _USER),
        unset="sums are shown in credits alone",
    ),
    Setting(
        name="run.concurrency",
        meaning="How many tasks may be open at once.",
        read=read.whole(1, 10_000),
        default=_RUN.concurrency,
        layers=(_FLAG, *_EVERYWHERE_BUT_FLAG),
        flag="--concurrency",
    ),
    Setting(
        name="run.submit_concurrency",
        meaning="How many create calls may be under way at once.",
        read=read.whole(1, 10_000),
        default=_RUN.submit_concurrency,
        layers=_EVERYWHERE_BUT_FLAG,
    ),
    Setting(
        name="run.submit_rate",
        meaning="Create calls per second.",
        read=read.number(above=0),
        default=_RUN.submit_rate,
        layers=_EVERYWHERE_BUT_FLAG,
        unset="no limit",
    ),
    Setting(
        name="run.poll_interval",
        meaning="Seconds between two questions about one task.",
        read=read.number(least=0.05),
        default=_RUN.poll_interval,
        layers=_EVERYWHERE_BUT_FLAG,
    ),
    Setting(
        name="run.timeout",
        meaning="Seconds to wait for one task.",
        read=read.number(above=0),
        default=_RUN.timeout,
        layers=_EVERYWHERE_BUT_FLAG,
    ),
    Setting(
        name="run.retries",
        meaning="How often an error that is safe to retry is tried again.",
        read=read.whole(0, 100),
        default=_RUN.retries,
        layers=_EVERYWHERE_BUT_FLAG,
    ),
    Setting(
        name="run.stop_after",
        meaning="How many jobs in a row may end badly for one reason before no more are submitted.",
        read=read.whole(1, 1_000_000),
        default=_RUN.stop_after,
        layers=_EVERYWHERE_BUT_FLAG,
    ),
    Setting(
        name="lint.strict",
        meaning="Whether `validate`, `plan` and `run` take warnings for errors.",
        read=read.yes_no,
        default=False,
        layers=(_FLAG, _ENV, _PROJECT, _USER),
        flag="--strict",
    ),
    Setting(
        name="lint.images_above",
        meaning="A run that spends more credits fetches the URLs of its jobs first.",
        read=read.whole(0, SAFE_INTEGER),
        default=NO_LINT_OPTIONS.images_above,
        layers=_EVERYWHERE_BUT_FLAG,
    ),
    Setting(
        name="output.check",
        meaning="Whether finished files are looked at.",
        read=read.yes_no,
        default=True,
        layers=_EVERYWHERE_BUT_FLAG,
    ),
    Setting(
        name="store.url",
        meaning="Your own bucket or folder.",
        read=read.url("s3://", "gs://", "az://", "file:///", hint=_STORE_HINT),
        default=None,
        layers=_EVERYWHERE_BUT_FLAG,
        unset="there is no store",
    ),
    Setting(
        name="store.public_url",
        meaning="Where everybody can read what is in the store; goes with the `store.url` of its own file.",
        read=read.url("https://", "http://", hint="write an https:// address"),
        default=None,
        layers=_EVERYWHERE_BUT_FLAG,
        unset="URLs are signed",
    ),
    Setting(
        name="queue",
        meaning="The PostgreSQL database of your fleet.",
        read=read.queue,
        default=None,
        layers=(_ENV, _USER),
        unset="runs are this machine's own",
        refusals={_PROJECT: "a repository must not say where work goes; your own config.toml may"},
    ),
    Setting(
        name="notify",
        meaning="Who is told of the end of a run.",
        read=read.commands,
        default=(),
        layers=(_FLAG, _ENV, _PROJECT, _USER),
        flag="--notify",
        unset="nobody is told of the end of a run",
    ),
    Setting(
        name="color",
        meaning="Colours: auto (at a terminal), always or never.",
        read=read.one_of("auto", "always", "never"),
        default="auto",
        layers=(_FLAG, _ENV, _USER),
        flag="--color",
        refusals={_PROJECT: _NOT_A_REPOSITORYS},
    ),
    Setting(
        name="log_file",
        meaning="Where a log is appended to.",
        read=read.path,
        default=None,
        layers=(_FLAG, _ENV, _USER),
        flag="--log-file",
        unset="no log is kept",
        refusals={_PROJECT: _NOT_A_REPOSITORYS},
    ),
    Setting(
        name="cache_dir",
        meaning="Where it is kept what pictures and clips hold.",
        read=read.path,
        default=None,
        layers=(_ENV,),
        unset="the user's cache folder",
        refusals=dict.fromkeys((_PROJECT, _USER), "it is read from SORA2BATCH_CACHE_DIR alone"),
    ),
)

BY_NAME = {setting.name: setting for setting in SETTINGS}
OTHER_VARIABLES = (
    "SORA2BATCH_EVENT",
    "SORA2BATCH_MANIFEST",
    "SORA2BATCH_EXIT_CODE",
    "SORA2BATCH_SUMMARY",
)
"""Variables of ours that are no settings: what programs of --notify are told."""
