"""The doors of a person's own account: signing in, second factor, sessions, stepping up."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import (
    account,
    delegations,
    first_password,
    second_factor,
    sign_in,
    sign_in_set_up,
    sign_in_wecom,
    step_up,
)
from web.doors import open_page, staff_page

ROUTES: list[BaseRoute] = [
    open_page("/login/code", sign_in.show_code, "sign_in_code"),
    open_page("/login/code", sign_in.give_code, "sign_in_code_given", methods="POST"),
    open_page("/login/second-factor", sign_in_set_up.show, "sign_in_set_up"),
    open_page("/login/second-factor", sign_in_set_up.confirm, "sign_in_set_up_confirmed", methods="POST"),
    open_page("/login/wecom", sign_in_wecom.leave, "sign_in_wecom"),
    open_page("/login/wecom/back", sign_in_wecom.come_back, "sign_in_wecom_back"),
    open_page("/start/{token}", first_password.show, "first_password"),
    open_page("/start/{token}", first_password.accept, "first_password_set", methods="POST"),
    staff_page("/step-up", step_up.show, "step_up"),
    staff_page("/step-up", step_up.prove, "step_up_proof", methods="POST"),
    staff_page("/account", account.show, "account"),
    staff_page("/account/password", account.change_password, "account_password", methods="POST"),
    staff_page("/account/sessions/end-others", account.end_others, "account_sessions_end", methods="POST"),
    staff_page("/account/sessions/{id:int}/end", account.end_session, "account_session_end", methods="POST"),
    staff_page("/account/recovery-codes", account.renew_codes, "account_codes", methods="POST", step_up=True),
    staff_page("/account/second-factor", second_factor.show, "account_second_factor", step_up=True),
    staff_page(
        "/account/second-factor",
        second_factor.confirm,
        "account_second_factor_confirmed",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        "/account/second-factor/removal",
        second_factor.remove,
        "account_second_factor_removal",
        methods="POST",
        step_up=True,
    ),
    staff_page("/account/delegations", delegations.show, "account_delegations"),
    staff_page("/account/delegations", delegations.delegate, "account_delegate", methods="POST", step_up=True),
    staff_page("/account/delegations/{id:int}/end", delegations.end, "account_delegation_end", methods="POST"),
]
