from pathlib import Path

import pytest

from datacoop.errors import SettingsError
from datacoop.settings import Settings, load_settings


def settings(folder: Path, text: str) -> Settings:
    (folder / "datacoop.toml").write_text(text, encoding="utf-8")
    return load_settings(folder / "datacoop.toml")


def test_a_store_has_the_options_of_all_stores_and_its_own_before_them(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        '[stores]\nregion = "a"\nendpoint = "e"\n[stores.pool]\nregion = "b"\n'
        "virtual_hosted_style_request = false\n",
    )
    assert found.options_of("work") == {"region": "a", "endpoint": "e"}
    own = {"region": "b", "endpoint": "e", "virtual_hosted_style_request": "false"}
    assert found.options_of("pool") == own


def test_each_member_s_landing_store_has_credentials_of_its_own(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        '[stores.landing]\naccess_key_id = "env:KEY_OF_{member}"\n'
        'secret_access_key = "file:secrets/{member}"\n',
    )
    assert found.options_of("landing", "de-auental") == {
        "access_key_id": "env:KEY_OF_DE_AUENTAL",
        "secret_access_key": f"file:{tmp_path}/secrets/de-auental",
    }


@pytest.mark.parametrize(
    "name", ["secret_access_key", "session_token", "account_key", "client_secret", "AWS_TOKEN"]
)
@pytest.mark.parametrize("table", ["stores", "stores.pool"])
def test_a_secret_in_the_settings_file_is_refused_and_not_told(
    tmp_path: Path, table: str, name: str
) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        settings(tmp_path, f'[{table}]\n{name} = "hidden"\n')
    assert "hidden" not in str(caught.value) + caught.value.hint
    assert f'{name} = "env:VARIABLE"' in caught.value.hint


def test_a_name_that_is_no_secret_may_stand_in_the_settings_file(tmp_path: Path) -> None:
    text = '[stores]\naccess_key_id = "a"\nweb_identity_token_file = "/run/token"\n'
    assert settings(tmp_path, text).options_of("pool")["access_key_id"] == "a"


def test_a_table_of_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="lake"):
        settings(tmp_path, '[stores.lake]\nregion = "a"\n')


def test_another_store_has_the_options_of_the_setting_that_names_it(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        'work = "s3://work"\n[stores.work]\nregion = "w"\n[stores.mirror]\nregion = "m"\n',
    )
    assert dict(found.open_other("s3://work").address.options) == {"region": "w"}
    assert dict(found.open_other("s3://elsewhere").address.options) == {"region": "m"}
    assert found.open_other(str(tmp_path)).address.options == ()
