"""Shared by the tests: the shipped scenario, its inputs, and one finished plan of it (made once a session)."""

import pytest

SHIPPED = "hai-phong-2025"


@pytest.fixture(scope="session")
def loaded():
    """The shipped scenario, resolved."""
    from scenarios.loader import load_scenario

    return load_scenario(SHIPPED)


@pytest.fixture(scope="session")
def geography(loaded):
    """The shipped tables without the synthetic ones."""
    from merger.inputs import load_geography

    return load_geography(loaded.scenario, loaded.folder)


@pytest.fixture(scope="session")
def inputs(loaded):
    """The shipped tables with the synthetic divisions and staff."""
    from merger.inputs import load_inputs

    return load_inputs(loaded.scenario, loaded.folder)


@pytest.fixture(scope="session")
def shipped_plan(loaded, tmp_path_factory):
    """A finished plan of the shipped scenario. Tests that use it carry the mark xdist_group("plan")."""
    from merger.pipeline import make_plan
    from merger.plan import read_plan

    target = tmp_path_factory.mktemp("plans") / SHIPPED
    make_plan(loaded, target)
    return read_plan(target)
