"""A service notice has two short lines and one address, whatever the text was."""

from __future__ import annotations

import pytest

from community.sending.channels import oa_template


@pytest.mark.parametrize(
    ("text", "title", "remark", "address"),
    [
        (
            "王女士您好，您报名的活动即将举行，入场请出示二维码：https://b.example/p/a",
            "王女士您好，您报名的活动即将举行",
            "入场请出示二维码",
            "https://b.example/p/a",
        ),
        (
            "您预约的直播将在 5 分钟后开始：https://b.example/p/b。",
            "您预约的直播将在 5 分钟后开始",
            "您预约的直播将在 5 分钟后开始",
            "https://b.example/p/b",
        ),
        ("权益到账\n请在会员中心查看", "权益到账", "请在会员中心查看", ""),
        ("字" * 30, "字" * 19 + "…", "字" * 19 + "…", ""),
    ],
)
def test_a_text_becomes_a_title_a_remark_and_what_a_tap_opens(text: str, title: str, remark: str, address: str) -> None:
    assert oa_template.parts(text) == (title, remark, address)
