"""Custom authentication of the LiteLLM peer: every API key is let in, with the limits of a minute that it has."""
from litellm.proxy._types import UserAPIKeyAuth


async def authenticate(request, api_key: str) -> UserAPIKeyAuth:
    return UserAPIKeyAuth(api_key=api_key, rpm_limit=@LIMIT@, tpm_limit=@TOKEN_LIMIT@)
