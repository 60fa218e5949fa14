"""The scripts that workflows run, with a Docker that only notes what it was asked."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DIGEST = f"sha256:{'0a' * 32}"


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    """The folder of a stand-in for Docker; `asked` in it has a line for each call."""
    program = tmp_path / "docker"
    program.write_text(f"""#!/bin/sh
echo "$*" >> {tmp_path}/asked
case "$*" in
  "tag "*) [ ! -e {tmp_path}/no-images ] || exit 1 ;;
  *inspect*) cat {tmp_path}/digest 2>/dev/null || echo {DIGEST} ;;
esac
""")
    program.chmod(0o755)
    return tmp_path


def _run(docker: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{docker}:{os.environ['PATH']}"}
    environment["GITHUB_OUTPUT"] = str(docker / "output")
    return subprocess.run(
        [ROOT / "scripts" / script, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=30,
    )


def test_the_three_images_are_pushed_in_lower_case(docker: Path) -> None:
    assert _run(docker, "push_images.sh", "ghcr.io/Acme", "sha-1-amd64").returncode == 0
    pushed = [line for line in (docker / "asked").read_text().splitlines() if "push" in line]
    assert pushed == [
        f"push ghcr.io/acme/callcenter-{name}:sha-1-amd64"
        for name in ("svm", "transformer", "agent")
    ]


def test_without_images_the_push_says_what_makes_them(docker: Path) -> None:
    (docker / "no-images").touch()
    result = _run(docker, "push_images.sh", "ghcr.io/acme", "main")
    assert result.returncode == 1 and "make images" in result.stderr


def test_both_architectures_get_one_name_and_the_next_step_its_digest(docker: Path) -> None:
    result = _run(docker, "join_images.sh", "ghcr.io/Acme", "callcenter-svm", "sha-1", "1.2.3")
    assert result.returncode == 0, result.stderr
    name = "ghcr.io/acme/callcenter-svm"
    assert (docker / "output").read_text() == f"name={name}\ndigest={DIGEST}\n"
    asked = (docker / "asked").read_text().splitlines()
    joined = f"--tag {name}:sha-1 {name}:sha-1-amd64 {name}:sha-1-arm64"
    assert asked[0] == f"buildx imagetools create {joined}"
    assert asked[-1] == f"buildx imagetools create --tag {name}:1.2.3 {name}@{DIGEST}"


def test_an_image_without_a_digest_is_not_signed_for(docker: Path) -> None:
    (docker / "digest").write_text("<nil>\n")
    result = _run(docker, "join_images.sh", "ghcr.io/acme", "callcenter-svm", "sha-1", "main")
    assert result.returncode == 1 and "<nil>" in result.stderr
    assert not (docker / "output").exists()


def test_a_tag_must_be_the_version_of_the_project(docker: Path) -> None:
    refused = _run(docker, "release_version.sh", "v9.9.9")
    assert refused.returncode == 1 and "'v9.9.9'" in refused.stderr
    version = refused.stderr.split('version "')[1].split('"')[0]
    accepted = _run(docker, "release_version.sh", f"v{version}")
    assert accepted.stdout == f"{version}\n"
    assert _run(docker, "release_version.sh", version).returncode == 1


def test_the_manifests_name_the_images_of_their_owner(docker: Path) -> None:
    result = _run(docker, "manifests.sh", "Acme", "1.2.3")
    images = [line.split()[-1] for line in result.stdout.splitlines() if " image: " in line]
    expected = [f"ghcr.io/acme/callcenter-{n}:1.2.3" for n in ("agent", "svm", "transformer")]
    assert images == expected


@pytest.mark.parametrize(("owner", "tag"), [("", "1.2.3"), ("a/b", "1"), ("acme", ""), ("a", "#")])
def test_manifests_without_an_owner_or_a_tag_are_refused(
    docker: Path, owner: str, tag: str
) -> None:
    result = _run(docker, "manifests.sh", owner, tag)
    assert result.returncode == 1 and not result.stdout
    assert "make manifests OWNER=" in result.stderr
