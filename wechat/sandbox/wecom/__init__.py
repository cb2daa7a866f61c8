"""The WeCom side of the sandbox: what qyapi.weixin.qq.com answers."""
