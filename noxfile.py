#!/usr/bin/env python3
"""The runtimes that the project supports, each in an environment of its own

The packages of a runtime stand in requirements/NAME.txt. `make matrix` runs
them and keeps one table.
"""

import nox

nox.options.default_venv_backend = 'venv'
nox.options.download_python = 'never'
nox.options.error_on_missing_interpreters = False
nox.options.reuse_venv = 'yes'

# The Python of each runtime, one that its packages have wheels for; from the
# oldest TensorFlow to the newest.
PYTHONS = {
    'page': '==3.6.*',
    'tf2.0': '==3.7.*',
    'tf2.11': '>=3.8,<3.10',
    'tf2.15': '==3.11.*',
    'tf2.16': '==3.11.*',
    'tf2.18': '==3.12.*',
    'newest': '==3.13.*',
    'jax': '==3.13.*',
    'torch': '==3.11.*',
}


def run_tests(session):
    """Runs the tests on one runtime and leaves a JUnit report

    Args:
        session: nox.Session, named like the runtime; its arguments are the
            folder of the report, then pytest's own.
    """
    reports, *arguments = session.posargs
    # The pip that Python 3.6 brings takes packages made for later Pythons.
    session.install('pip==21.3.1; python_version < "3.7"')
    session.install('-r', f'requirements/{session.name}.txt')
    if session.name == 'torch':
        # TensorFlow and Triton crash each other in one process.
        session.run_install('python', '-m', 'pip', 'uninstall', '--yes',
                            'triton')
    backend = session.name if session.name in ('jax', 'torch') else None
    session.run('python', '-m', 'pytest', '-n', 'auto', '--dist', 'loadfile',
                *arguments, f'--junitxml={reports}/{session.name}.xml',
                env={'KERAS_BACKEND': backend or 'tensorflow'})


for runtime, python in PYTHONS.items():
    nox.session(run_tests, python=python, name=runtime)
