"""docs/library.ipynb in a notebook's own kernel, and what interrupting a cell there does to money."""

import asyncio
import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import sora2batch
from fakes.waiting import wait_until
from sora2batch.simulator.calls import Call

NOTEBOOK = Path(__file__).parents[2] / "docs/library.ipynb"
RUN = """\
import sora2batch
result = await sora2batch.run({manifest!r}, yes=True, on_event=print)
result.ok
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Keep the kernel out of the home of whoever runs the tests."""
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.delenv("JUPYTER_PATH", raising=False)


def client_of(cells, folder):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    return NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=120,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": folder}},
    )


def shown(cell, kind="text/html"):
    return "".join(output.data.get(kind, "") for output in cell.outputs if "data" in output)


@pytest.mark.slow
async def test_the_example_runs_from_top_to_bottom(home, tmp_path):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    (tmp_path / "notes").mkdir()
    await NotebookClient(
        notebook,
        timeout=120,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": tmp_path / "notes"}},
    ).async_execute()
    jobs, plan, run, again, table, sums, page = (cell for cell in notebook.cells if cell.cell_type == "code")
    assert "4 jobs, 200 credits" in shown(jobs)
    assert "4 to submit" in shown(plan)
    assert shown(plan).count("<tr>") == 5
    assert (
        "".join(one.text for one in run.outputs if one.output_type == "stream").count("downloaded hero/") == 4
    )
    assert shown(run).count("data:image/jpeg;base64,") == 4
    assert "4 finished" in shown(again)
    assert "completed" in shown(table)
    assert "owl    100" in shown(sums, "text/plain")
    assert shown(page, "text/plain") == "'foxes.sim.report.html'"


def printed(cell):
    return "".join(one.get("text", "") for one in cell.outputs)


@pytest.mark.slow
async def test_interrupting_a_cell_loses_nothing_and_the_next_run_goes_on(home, studio, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_TOOLS_DIR", str(studio.tools))
    folder = Path.cwd()
    client = client_of([RUN.format(manifest="small.yaml")] * 2, folder)
    studio.service.stall(Call.CREATE)
    async with client.async_setup_kernel():
        cell = asyncio.create_task(client.async_execute_cell(client.nb.cells[0], 0))
        await asyncio.to_thread(studio.service.wait_for, Call.CREATE)
        await client.km.interrupt_kernel()
        await asyncio.to_thread(wait_until, lambda: "Stopped(" in printed(client.nb.cells[0]))
        studio.service.recover()
        with pytest.raises(CellExecutionError, match=r"CancelledError|KeyboardInterrupt"):
            await cell
        known = sora2batch.read_lockfile("small.yaml")
        assert {entry.input["prompt"] for entry in known.entries.values()} == set(studio.paid)
        assert (len(studio.paid), known.in_doubt_credits) == (1, 0)
        await client.async_execute_cell(client.nb.cells[1], 1)
    assert shown(client.nb.cells[1], "text/plain") == "True"
    assert set(studio.paid.values()) == {1}
    assert len(studio.paid) == 6


def test_the_example_is_kept_without_what_it_printed():
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
