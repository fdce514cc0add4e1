"""A folder that is served, a client that needs no work done, and for slow tests a whole server."""

import pytest
from starlette.testclient import TestClient
from support.served import make_folder, server

from peacetalks.web.app import application
from peacetalks.web.settings import settings_for

LOCAL = "http://127.0.0.1:8000"


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "folder").resolve()


@pytest.fixture
def settings(folder):
    return settings_for(folder)


@pytest.fixture
def client(settings):
    """A client of an application whose processes are not started: for all that needs no solve."""
    return TestClient(application(settings), base_url=LOCAL, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """(address, token, folder) of a server in a process of its own."""
    folder = make_folder(tmp_path_factory.mktemp("served") / "folder").resolve()
    with server(folder) as (address, token, _):
        yield address, token, folder
