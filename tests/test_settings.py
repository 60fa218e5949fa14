"""Settings: read from the environment, refused at start when they are wrong."""

import pytest
from pydantic import ValidationError

from bentos.settings import Settings, SettingsError, settings


@pytest.fixture(autouse=True)
def _read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(f"CALLCENTER_{field.upper()}", raising=False)
    for variable in ("SVM_URL", "TRANSFORMER_URL"):
        monkeypatch.delenv(variable, raising=False)
    settings.cache_clear()


def test_the_defaults_serve_everything_in_one_process_group() -> None:
    assert settings().svm_url is None
    assert settings().svm_model == "callcenter-svm:latest"
    assert settings().max_text_characters == 20_000


def test_are_read_once() -> None:
    assert settings() is settings()


def test_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCENTER_MAX_CONCURRENCY", "7")
    monkeypatch.setenv("SVM_URL", "https://svm.example.org/")
    monkeypatch.setenv("CALLCENTER_SOMETHING_OF_ANOTHER_RELEASE", "x")
    assert settings().max_concurrency == 7
    assert settings().svm_url == "https://svm.example.org"


@pytest.mark.parametrize("hosts", ["*", "a.example", "A.example, *.b-c.example,10.0.0.1,[::1]"])
def test_hosts_are_names_with_commas_between_them(
    monkeypatch: pytest.MonkeyPatch, hosts: str
) -> None:
    monkeypatch.setenv("CALLCENTER_ALLOWED_HOSTS", hosts)
    assert settings().allowed_hosts == hosts


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_url_is_none(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    monkeypatch.setenv("SVM_URL", blank)
    assert settings().svm_url is None


@pytest.mark.parametrize(
    ("variable", "value", "remedy"),
    [
        ("CALLCENTER_MAX_BODY_BYTES", "lots", "unset it to use 2000000"),
        ("CALLCENTER_MAX_CONCURRENCY", "0", "unset it to use 128"),
        ("CALLCENTER_SVM_MODEL", "../etc", "unset it to use 'callcenter-svm:latest'"),
        ("CALLCENTER_READY_TIMEOUT_SECONDS", "-1", "unset it to use 1.0"),
        ("SVM_URL", "svm:3000", "unset it"),
        ("TRANSFORMER_URL", "ftp://x", "unset it"),
        ("CALLCENTER_ALLOWED_HOSTS", "https://a.example", "unset it"),
        ("CALLCENTER_ALLOWED_HOSTS", "a.example:3000", "unset it"),
        ("CALLCENTER_ALLOWED_HOSTS", "a.example,", "unset it"),
        ("CALLCENTER_ALLOWED_HOSTS", "*.*.example", "unset it"),
    ],
)
def test_a_wrong_one_is_named_quoted_and_has_a_remedy(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, remedy: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        settings()
    assert str(caught.value).startswith(f"{variable} has value {value!r}: ")
    assert remedy in str(caught.value)
    assert "\n" not in str(caught.value)


def test_all_wrong_ones_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCENTER_AGENT_WORKERS", "none")
    monkeypatch.setenv("CALLCENTER_SVM_WORKERS", "none")
    with pytest.raises(SettingsError, match="AGENT_WORKERS(.|\n)*SVM_WORKERS"):
        settings()


def test_can_not_be_changed() -> None:
    with pytest.raises(ValidationError):
        settings().max_concurrency = 1
