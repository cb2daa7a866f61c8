"""What every wechatpy application does with a sealed callback: check, decrypt, parse."""

import os

from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto

crypto = WeChatCrypto(os.environ["TOKEN"], os.environ["AES_KEY"], os.environ["APPID"])


def opened(query, body):
    xml = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
    return xml, parse_message(xml)
