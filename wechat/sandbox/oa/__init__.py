"""The official-account side of the sandbox: what api.weixin.qq.com answers."""
