"""The data keys, as people rule over them: each act leaves its entry in the audit."""
