"""What is never taken in is refused by the column's name or by what stands in it, and nothing of it is kept."""

from __future__ import annotations

import base64
import csv
import io
import random
import zipfile
from pathlib import Path

import pytest

from kernel import database
from kernel.errors import Refused
from loyalty.assets import forbidden, importing, mapping, reading
from loyalty.assets.models import ImportRefusal, ImportRun
from tests.loyalty import files

CLIENTS = mapping.load("haiyue", "clients")
HEADERS = [*CLIENTS.headers()]

BAD_NAMES = [
    "密码", "登录密码", "交易 密码", "取款密码", "口令", "Password", "user_passwd", "PWD", "card_pin", "PIN",
    "P I N", "PIN码", "CVV", "cvv2", "C V V", "ＣＶＶ", "CVC2", "CVN2", "安全码", "卡背面三位", "验证码",
    "动态码", "Security Code", "卡有效期", "信用卡有效期", "card expiry", "exp_mm", "磁道1", "二磁", "Track 2",
    "track_data", "磁条信息", "MagStripe", "芯片数据", "身份证照片", "证件影像", "身份证正面", "身份证反面",
    "人像", "扫描件", "ID card image", "photo", "selfie", "指纹", "指纹特征", "人脸", "人脸特征值", "声纹",
    "虹膜", "生物特征", "Fingerprint", "face_id", "biometric",
]  # fmt: skip
GOOD_NAMES = [
    "客户号", "姓名", "手机号", "证件有效期", "身份证号", "证件类型", "开户网点", "余额", "opinion", "shipping",
    "surface", "passport_type", "传真", "产品有效期", "备注", "有效期", "客户经理", "account_id", "trackside",
    "pinyin", "cvr", "compass",
]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_column_whose_name_says_it_is_refused(name):
    with pytest.raises(Refused) as refusal:
        forbidden.refuse_headers(["客户号", name])
    assert refusal.value.code == "import.secret_column"
    assert name[:40] in refusal.value.message


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_a_harmless_name_passes(name):
    forbidden.refuse_headers([name])


JPEG = base64.b64encode(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(200))).decode()
VALUES = {
    "磁道一": "%B6222021234567890123^ZHANG/SAN^25121010000000000000?",
    "磁道二": ";6222021234567890123=25121011234567890123?",
    "磁道二无起止": "6222021234567890123=2512101",
    "图片": "data:image/png;base64,iVBORw0KGgo",
    "JPEG": JPEG,
    "密码散列": "$2b$12$" + "a" * 53,
    "argon2": "$argon2id$v=19$m=65536,t=3,p=4$abc$def",
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_one_such_value_anywhere_refuses_the_file_and_names_the_column(value):
    watch = forbidden.Watch(["客户号", "扩展一"], frozenset({"客户号"}))
    watch.look(["C1", "一般内容"])
    with pytest.raises(Refused) as refusal:
        watch.look(["C2", value])
    assert "扩展一" in refusal.value.message
    assert value[:12] not in refusal.value.message


def _judged(columns: dict[str, list[str]], needed: frozenset[str] = frozenset()) -> str:
    watch = forbidden.Watch(list(columns), needed)
    try:
        for cells in zip(*columns.values(), strict=True):
            watch.look(cells)
        watch.end()
    except Refused as refusal:
        return refusal.message
    return ""


def _cards(dice: random.Random, count: int) -> list[str]:
    found = []
    while len(found) < count:
        number = "622202" + "".join(dice.choice("0123456789") for _ in range(10))
        found += [number + str(digit) for digit in range(10) if forbidden._checks(number + str(digit))]
    return found[:count]


def test_three_digits_beside_card_numbers_are_a_security_code():
    dice = random.Random(1)
    codes = [f"{dice.randrange(1000):03}" for _ in range(200)]
    cards = _cards(dice, 200)
    assert "安全码" in _judged({"卡号": cards, "扩展": codes})
    assert _judged({"客户号": [f"K{n}" for n in range(200)], "扩展": codes}) == "", (
        "no cards: any number of three digits"
    )
    assert _judged({"卡号": cards, "网点": [dice.choice(("001", "002", "118")) for _ in range(200)]}) == ""
    assert _judged({"卡号": cards, "金额": codes}, frozenset({"金额"})) == "", "a column that is read as an amount"


def test_months_and_years_beside_card_numbers_are_an_expiry():
    dice = random.Random(2)
    months = [f"{dice.randrange(1, 13):02}/{dice.randrange(26, 33)}" for _ in range(60)]
    assert "卡有效期" in _judged({"卡号": _cards(dice, 60), "扩展": months})


def test_names_of_picture_files_and_long_encodings_are_seen():
    assert "证件照片" in _judged({"客户号": ["1", "2"], "附件": ["C1_front.JPG", "C2_front.png"]})
    assert "生物特征" in _judged({"客户号": ["1", "2"], "模板": ["QUJD" * 150, "REVG" * 150]})


def test_a_workbook_with_pictures_in_it_is_refused(tmp_path: Path):
    path = files.write_xlsx(tmp_path / "a.xlsx", [HEADERS])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/media/image1.jpeg", b"\xff\xd8\xff")
    with pytest.raises(Refused) as refusal, reading.opened(path, CLIENTS):
        pass
    assert refusal.value.code == "import.pictures"


def test_a_cell_too_long_is_named_as_such(tmp_path: Path):
    path = files.write_csv(tmp_path / "a.csv", [[*HEADERS, "备注"], [*["x"] * len(HEADERS), "Q" * 5000]])
    with pytest.raises(Refused) as refusal, reading.opened(path, CLIENTS) as table:
        list(table.rows)
    assert refusal.value.code == "import.cell_too_long"


async def test_nothing_of_a_refused_file_is_kept_not_even_among_refused_rows(db, tmp_path: Path):
    # bad rows come first: they would be kept as refused rows, were the file taken in
    good = ["客户号", "姓名", "手机号", "性别", "机构号", "客户经理工号", "营销授权"]
    rows = [[f"C{n}", "张三", "12", "男", "", "", "是", "备注"] for n in range(5000)]
    rows.append(["C9999", "李四", "", "男", "", "", "是", ";6222021234567890123=25121011234567890123?"])
    out = io.StringIO()
    csv.writer(out).writerows([[*good, "备注"], *rows])
    path = tmp_path / "clients.csv"
    path.write_text(out.getvalue(), encoding="utf-8")
    for act in (importing.import_file, importing.check_file):
        with pytest.raises(Refused) as refusal:
            await act(path, "haiyue", "clients")
        assert refusal.value.code == "import.secret_column"
        assert "备注" in refusal.value.message
    assert await ImportRefusal.all().count() == 0
    assert await database.fetch_value("SELECT count(*) FROM client") == 0
    run = await ImportRun.get()
    assert (run.state, run.figures) == ("failed", {})
    assert "6222" not in run.problem


def test_looking_costs_little():
    import time

    watch = forbidden.Watch(HEADERS, frozenset(HEADERS))
    cells = ["C1234567", "张三丰", "13812345678", "男", "SZ01", "limei", "是", "un1234567890"]
    began = time.process_time()
    for _ in range(50_000):
        watch.look(cells)
    assert time.process_time() - began < 1.5
