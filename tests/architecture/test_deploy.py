"""What deploys: only commands that anybody can run here, only code that cannot change under us, nobody unasked."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from stacks.stage import STAGES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "deploy.md").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.fixture
def workflow() -> dict[str, Any]:
    return yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())  # type: ignore[no-any-return]


def test_the_workflow_runs_make_and_nothing_else(workflow: dict[str, Any]) -> None:
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    commands = [step["run"] for step in steps if "run" in step]
    assert set(workflow["jobs"]["verify"]["strategy"]["matrix"]["target"]) == {"check", "test", "synth"} <= TARGETS
    assert commands == [
        "make ${{ matrix.target }}",
        "make deploy STAGE=dev APPROVE=never",
        "make deploy STAGE=prod APPROVE=never",
    ]
    for step in steps:
        assert "run" in step or re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"]), step


def test_nothing_is_deployed_unchecked_and_nothing_to_production_unasked(workflow: dict[str, Any]) -> None:
    jobs = workflow["jobs"]
    assert (jobs["dev"]["needs"], jobs["prod"]["needs"]) == ("verify", "dev")
    assert "github.event_name == 'push'" in jobs["dev"]["if"]
    # The environments' own rules on GitHub are what asks; the role in AWS trusts no job outside of them.
    assert (jobs["dev"]["environment"], jobs["prod"]["environment"]) == ("dev", "prod")
    trust = (ROOT / ".github" / "deploy-role.yaml").read_text()
    assert '"repo:${Repository}:environment:${Stage}"' in trust
    assert workflow["permissions"] == {"contents": "read"}
    assert "id-token" not in str(jobs["verify"].get("permissions"))


def test_the_deployment_page_names_only_what_exists() -> None:
    for path in re.findall(r"\]\(([\w./-]+)\)", PAGE):
        assert (ROOT / "docs" / path).exists(), path
    for path in re.findall(r"`((?:stacks|shared|tests|\.github)/[\w/.-]+)`", PAGE):
        assert (ROOT / path).exists(), path
    assert set(re.findall(r"make ([a-z-]+)", PAGE)) <= TARGETS
    [pinned] = re.findall(r"^CDK := npx --yes (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"aws-cdk@\S+", PAGE)) == {pinned}


def test_the_deployment_page_explains_every_setting() -> None:
    settings = json.loads((ROOT / "cdk.json").read_text())["context"]
    named = {name for stage in STAGES for name in settings.get(stage, {})}
    assert named
    for name in named | {"backup_region", "closed", "origin_secrets", "restores"}:
        assert f"`{name}`" in PAGE, name
        assert any(hasattr(stage, name) for stage in STAGES.values()), name
