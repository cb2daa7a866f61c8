"""The usual way: one Celery task for one message, sent with wechatpy. Run by `celery -A by_celery worker -P gevent`."""

import os

import celery
import wechatpy
from wechatpy.client.api.base import BaseWeChatAPI
from wechatpy.session.memorystorage import MemoryStorage

app = celery.Celery("by_celery", broker=os.environ["BROKER"])
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=4)
BaseWeChatAPI.API_BASE_URL = f"{os.environ['WECHAT']}/cgi-bin/"
wechatpy.WeChatClient.API_BASE_URL = f"{os.environ['WECHAT']}/cgi-bin/"
storage = MemoryStorage()
storage.set("wxbench000000001_access_token", "fake-token")
client = wechatpy.WeChatClient("wxbench000000001", "secret", access_token="fake-token", session=storage)
client.expires_at = 2**40


@app.task
def send(openid: str, number: int) -> None:
    client.message.send_text(openid, f"尊敬的客户，您好！活动编号 {number}，欢迎参加本周六的贵宾沙龙。")
