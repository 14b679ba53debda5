"""deploy/environment.py in a project of its own, with requirements that need no network."""

import os
import shutil
import subprocess
import sys
import time

import pytest
from django.conf import settings

SCRIPT = "deploy/environment.py"
# Whatever the machine's pip is set to ask, here it asks nobody.
ALONE = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}


def run(project, *names):
    return subprocess.run(
        [sys.executable, project / SCRIPT, *names],
        env=os.environ | ALONE,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project whose .venv was made; nothing but pip is in it."""
    project = tmp_path_factory.mktemp("project")
    (project / "deploy").mkdir()
    shutil.copy(settings.BASE_DIR / SCRIPT, project / SCRIPT)
    (project / "requirements.txt").write_text("# nothing yet\n")
    assert run(project, "requirements.txt").returncode == 0
    return project


@pytest.fixture
def project(made):
    yield made
    (made / "requirements.txt").write_text("# nothing yet\n")
    run(made, "requirements.txt")


def test_the_second_run_is_silent_and_quick(project):
    started = time.perf_counter()
    again = run(project, "requirements.txt")
    assert (again.stdout, again.stderr, again.returncode) == ("", "", 0)
    assert time.perf_counter() - started < 1  # 0.05 s when the machine is not busy


def test_changed_requirements_are_installed(project):
    (project / "requirements.txt").write_text("# a new word\n")
    assert "Installed" in run(project, "requirements.txt").stdout


def test_without_a_network_it_says_what_to_do(project):
    (project / "requirements.txt").write_text("newssite-no-such-package==1.0\n")
    ran = run(project, "requirements.txt")
    assert ran.returncode == 1
    assert "No matching distribution found for newssite-no-such-package==1.0" in ran.stderr
    assert "Check the network" in ran.stderr


def test_a_failed_update_leaves_the_environment_whole(project):
    (project / "requirements.txt").write_text("newssite-no-such-package==1.0\n")
    run(project, "requirements.txt")
    (project / "requirements.txt").write_text("# nothing yet\n")
    assert "making it anew" not in run(project, "requirements.txt").stdout


def test_an_environment_left_half_made_is_made_anew(project):
    (project / "var" / "environment.lock").write_text("installing")
    ran = run(project, "requirements.txt")
    assert "was left half made: making it anew" in ran.stdout
    assert run(project, "requirements.txt").stdout == ""


def test_a_python_that_is_gone_is_mended(project):
    python = project / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(project / "gone")
    assert "is broken: making it anew" in run(project, "requirements.txt").stdout
    assert python.exists()


def test_two_at_once_make_one_environment(project):
    shutil.rmtree(project / ".venv")
    command = [sys.executable, project / SCRIPT, "requirements.txt"]
    pair = [
        subprocess.Popen(command, env=os.environ | ALONE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate()[0] for process in pair]
    assert [process.returncode for process in pair] == [0, 0]
    assert sum("Installed" in words for words in said) == 1


def test_an_unknown_file_is_named(project):
    ran = run(project, "nothing.txt")
    assert ran.returncode == 1
    assert "nothing.txt. Name a requirements file" in ran.stderr
