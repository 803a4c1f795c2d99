from __future__ import annotations

import subprocess
import sys

import pytest

from sora2batch.ground.errors import UsageError
from sora2batch.simulator.options import SimulatorOptions


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf")])
def test_a_speed_that_is_no_positive_number_is_refused(speed):
    with pytest.raises(UsageError, match="--speed"):
        SimulatorOptions(speed=speed)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(UsageError, match="--port"):
        SimulatorOptions(port=port)


def test_a_negative_balance_is_refused():
    with pytest.raises(UsageError, match="--balance"):
        SimulatorOptions(balance=-1)


def test_reading_the_options_loads_neither_server_nor_encoder():
    code = "import sys, sora2batch.simulator.options as _; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"aiohttp", "av", "PIL", "jsonschema", "yaml", "jinja2"} & set(loaded)
