"""A bundle is pure, complete for its kind, and passes its own checks whatever the user typed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.deploy import plans
from wizard.deploy.bundle import DeployFile, build
from wizard.deploy.checks import check_bundle, kind_of, read_bundle, say
from wizard.deploy.export import write
from wizard.deploy.text import file_name, shell_quote, slug
from wizard.i18n import Translator
from wizard.planner.plan import Plan

EN = Translator("en")
EVERY = plans.every()


@pytest.mark.parametrize("name", EVERY)
def test_every_file_passes_its_checks(name: str) -> None:
    results = check_bundle(plans.built(name))
    assert [say(EN, r) for r in results if r.status != "passed"] == []
    assert len(results) >= 8


@pytest.mark.parametrize("name", EVERY)
def test_the_same_plan_gives_the_same_bytes(name: str) -> None:
    assert build(EVERY[name], EN) == plans.built(name)


def test_a_bundle_cannot_be_changed() -> None:
    bundle = plans.built("vllm")
    with pytest.raises(TypeError):
        bundle["README.md"] = DeployFile("", "markdown")  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        bundle["README.md"].text = ""  # type: ignore[misc]
    assert bundle.replacing("README.md", "x\n")["README.md"].text == "x\n"
    assert bundle["README.md"].text != "x\n"


@pytest.mark.parametrize(("name", "there", "not_there"), [
    ("vllm", ["compose.yaml", "k8s/base/workload.yaml", "gateway/nginx.conf", "monitoring/rules.yml", "Dockerfile",
              "airgap/load.sh", "pin-digests.sh", "test/bench.sh", "RUNBOOK.md"],
     ["compose.worker.yaml", "k8s/base/disruption-budget.yaml", "train/train.py"]),
    ("vllm-lws", ["compose.worker.yaml", "k8s/overlays/rdma/kustomization.yaml"],
     ["k8s/base/disruption-budget.yaml", "Dockerfile"]),
    ("rocm", ["k8s/base/disruption-budget.yaml", "k8s/overlays/autoscaling/scaled-object.yaml"],
     ["k8s/mig/mig-parted.yaml"]),
    ("vllm-mig", ["k8s/mig/mig-parted.yaml"], ["compose.worker.yaml"]),
    ("apple", ["run.sh", "test/smoke.py", "prepare.sh", "gateway/nginx.conf"],
     ["compose.yaml", "Dockerfile", "k8s/base/workload.yaml", "fetch-model.sh"]),
    ("unknown", ["run.sh", "fetch-model.sh"], ["compose.yaml", "Dockerfile", "k8s/base/workload.yaml"]),
    ("full", ["train/train.py", "train/ds_zero3.json", "train/fsdp.yaml", "train/job.sbatch", "train/trainjob.yaml"],
     ["compose.yaml", "train/peft.json"]),
    ("lora", ["train/peft.json", "train/launch.sh"], ["train/fsdp.yaml", "train/ds_zero3.json", "run.sh"]),
    ("full-tp", ["train/fsdp.yaml"], ["train/ds_zero3.json"]),
])
def test_each_kind_has_its_files_and_no_others(name: str, there: list[str], not_there: list[str]) -> None:
    bundle = plans.built(name)
    assert [p for p in there if p not in bundle] == []
    assert [p for p in not_there if p in bundle] == []


def test_the_readme_lists_every_file_there_is() -> None:
    for name in ("vllm", "vllm-lws", "vllm-mig", "full"):
        bundle = plans.built(name)
        readme = bundle["README.md"].text
        tops = {p.split("/")[0] + ("/" if "/" in p else "") for p in bundle} - {"README.md", "trtllm.yaml"}
        assert {t for t in tops if t.rstrip("/") not in readme} == set(), name


def test_the_guides_speak_the_language_of_the_plan() -> None:
    chinese, english = plans.built("vllm", "zh_CN"), plans.built("vllm")
    assert "显存不足" in chinese["RUNBOOK.md"].text
    assert "首 token 延迟" in chinese["RUNBOOK.md"].text
    assert "Out of memory" in english["RUNBOOK.md"].text
    assert "Out of memory" not in chinese["RUNBOOK.md"].text
    same = set(chinese) - {"README.md", "RUNBOOK.md"}
    assert all(chinese[p] == english[p] for p in same)


def test_a_plan_without_options_says_so() -> None:
    empty = replace(plans.plan(), options=(), chosen=None, recommended=None, status="infeasible")
    bundle = build(empty, EN)
    assert list(bundle) == ["README.md"]
    assert "no option" in bundle["README.md"].text


NASTY = st.one_of(
    st.text(max_size=60),
    st.sampled_from([
        "$(touch /tmp/owned)", "`id`", "'; rm -rf / #", "\"\n  - evil: true", "a\nRUN curl evil", "@@MODEL@@",
        "${HOME}", "模型：七十亿 <R&D>", "x" * 300, "-rf", "--help", "{{ .Values }}", "%s%n", "vllm", "| `x` |",
        "../../etc/passwd",
    ]),
)


@settings(max_examples=15, deadline=None)
@given(model=NASTY, project=NASTY)
def test_what_the_user_typed_never_becomes_code(model: str, project: str) -> None:
    clean = " ".join(project.split())[:200]
    plan = plans.plan(model={"name": model, "id": model}, needs={"document": {"project": clean, "customer": clean}})
    bundle = build(plan, EN)
    assert [say(EN, r) for r in check_bundle(bundle) if r.status == "failed"] == []
    reference = plans.built("vllm")
    assert {_shape(f.text) for f in bundle.values() if f.kind in ("compose", "k8s")} == \
        {_shape(f.text) for f in reference.values() if f.kind in ("compose", "k8s")}


def _shape(text: str) -> str:
    """Keys and types of YAML documents, without values: what an injection would change."""

    def of(value: object) -> object:
        if isinstance(value, dict):
            return {k: of(v) for k, v in value.items()}
        return [of(v) for v in value] if isinstance(value, list) else type(value).__name__

    return repr([of(d) for d in yaml.safe_load_all(text)])


@given(st.text(max_size=80))
def test_names_made_of_user_text_are_names(text: str) -> None:
    assert slug(text).replace("-", "").isalnum()
    assert slug(text).isascii()
    assert file_name(text)[0] not in "-."
    assert "/" not in file_name(text)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40))
def test_only_our_own_references_reach_the_shell(text: str) -> None:
    quoted = shell_quote(text)
    if quoted.startswith('"'):
        assert "${" in text
        assert not set(text) & set("`\"\\;|&()<>\n'*?~!#%@ ") or " " in text
        assert "$(" not in text


def test_what_a_file_is_is_found_again_on_disk(tmp_path: Path) -> None:
    for name in ("vllm-lws", "tensorrt-llm", "full", "apple"):
        bundle = plans.built(name)
        write(bundle, tmp_path / name)
        assert read_bundle(tmp_path / name) == bundle
        assert all(kind_of(path, file.text) == file.kind for path, file in bundle.items())


@pytest.mark.parametrize("name", [n for n in EVERY if "k8s/base/kustomization.yaml" in plans.built(n)])
def test_kustomize_finds_every_file_that_it_names(name: str) -> None:
    bundle = plans.built(name)
    for path, file in bundle.items():
        if path.endswith("kustomization.yaml"):
            found = yaml.safe_load(file.text)
            here = path.rpartition("/")[0]
            named = [*found["resources"], *(f for g in found.get("configMapGenerator", ()) for f in g.get("files", ()))]
            for each in named:
                assert each == "../../base" or f"{here}/{each}" in bundle, (path, each)


def test_secrets_are_never_in_a_file() -> None:
    for name in EVERY:
        env = plans.built(name)[".env.example"].text
        assert "HF_TOKEN=\n" in env or name in ("llama.cpp", "apple", "jetson-llama")


def test_the_words_of_a_plan_reach_the_readme_escaped() -> None:
    plan: Plan = plans.plan(model={"name": "a|b<script>", "id": "x/a|b<script>"})
    readme = build(plan, EN)["README.md"].text
    assert "<script>" not in readme.replace("\\<", "")
    assert "a\\|b" in readme
