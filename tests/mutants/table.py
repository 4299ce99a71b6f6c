"""The guards of the platform, each with the line that it is, what it would be if it were broken, and its test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """`stands` occurs once in `file`; with `instead` in its place `test` has to fail."""

    name: str
    file: str
    stands: str
    instead: str
    test: str


KIT = "shared/kit/"
SQL = "shared/schema/migrations/sql/"
WALLS = "tests/architecture/test_walls.py::"
ACCESS = "tests/architecture/test_access.py::"
OTHERS = "test_the_database_refuses_writes_to_other_organizations_rows"
PREDICATES = WALLS + "test_predicates_alone_hide_other_organizations_rows"
SECURITY = WALLS + "test_row_level_security_alone_hides_other_organizations_rows"

GUARDS = (
    # who may come in
    Guard(
        "role check",
        KIT + "gate.py",
        "if caller.role not in operation.access:",
        "if False:",
        ACCESS + "test_each_role_may_call_exactly_what_is_declared",
    ),
    Guard(
        "nobody without a token",
        KIT + "sessions.py",
        "    except KeyError:\n        raise Unauthenticated() from None",
        '    except KeyError:\n        return Caller(UUID(int=0), UUID(int=0), Role("SUPER_ADMIN"), UUID(int=0))',
        "tests/notifications/test_list_notifications.py::test_listing_notifications_requires_a_token",
    ),
    Guard(
        "refused token is told",
        KIT + "sessions.py",
        'if code := context.get("refusal"):',
        'if (code := context.get("refusal")) == "":',
        ACCESS + "test_a_refused_token_is_401_before_anything_else",
    ),
    Guard(
        "proven address",
        KIT + "sessions.py",
        "    if not operation.verified or caller.email_verified",
        "    if True or not operation.verified or caller.email_verified",
        "tests/auth/test_verified_only.py::test_an_unverified_user_cannot_bid",
    ),
    Guard(
        "path ids are ids",
        KIT + "binding.py",
        "elif not UUID_FORM.fullmatch(value):",
        "elif False:",
        "tests/fuzz/test_cursors.py::test_sql_as_an_id_in_a_path_is_refused",
    ),
    # tokens
    Guard(
        "token: key id and type",
        KIT + "tokens.py",
        'if header.get("kid") != public_key().key_id or header.get("typ") != "at+jwt":',
        "if False:",
        "tests/auth/test_authorize.py::test_a_token_outside_its_lifetime_or_audience_is_refused",
    ),
    Guard(
        "token: algorithm",
        KIT + "tokens.py",
        'algorithms=["RS256"],',
        'algorithms=["RS256", "HS256"],',
        "tests/auth/test_authorize.py::test_unsigned_and_differently_signed_tokens_are_refused",
    ),
    Guard(
        "token: signature",
        KIT + "tokens.py",
        'options={"require":',
        'options={"verify_signature": False, "verify_exp": True, "verify_aud": True, "verify_iss": True, "require":',
        "tests/auth/test_authorize.py::test_unsigned_and_differently_signed_tokens_are_refused",
    ),
    Guard(
        "token: expiry",
        KIT + "tokens.py",
        'options={"require":',
        'options={"verify_exp": False, "require":',
        "tests/auth/test_authorize.py::test_a_token_outside_its_lifetime_or_audience_is_refused",
    ),
    Guard(
        "token: not before its time",
        KIT + "tokens.py",
        'options={"require":',
        'options={"verify_nbf": False, "verify_iat": False, "require":',
        "tests/auth/test_authorize.py::test_a_token_outside_its_lifetime_or_audience_is_refused",
    ),
    Guard(
        "token: required claims",
        KIT + "tokens.py",
        '["exp", "iat", "iss", "aud", "sub", "jti", "sid"]',
        '["iss", "aud", "sub", "sid"]',
        "tests/auth/test_authorize.py::test_a_token_outside_its_lifetime_or_audience_is_refused",
    ),
    Guard(
        "token: audience",
        KIT + "tokens.py",
        'options={"require":',
        'options={"verify_aud": False, "require":',
        "tests/auth/test_authorize.py::test_a_token_outside_its_lifetime_or_audience_is_refused",
    ),
    Guard(
        "token: issuer",
        KIT + "tokens.py",
        'options={"require":',
        'options={"verify_iss": False, "require":',
        "tests/auth/test_authorize.py::test_a_token_outside_its_lifetime_or_audience_is_refused",
    ),
    Guard(
        "token: its session lives",
        KIT + "sessions.py",
        '    if row is None or row["user_id"] != user_id:\n        raise SessionEnded()',
        "    if row is None:\n"
        '        row = dict(user_id=user_id, organization_id=user_id, role="CLIENT", email_verified=True)',
        "tests/auth/test_authorize.py::test_a_token_ends_with_its_session_or_its_user",
    ),
    Guard(
        "session: suspended people",
        SQL + "0001_functions.sql",
        "      AND u.status = 'ACTIVE'\n",
        "",
        "tests/auth/test_authorize.py::test_a_token_ends_with_its_session_or_its_user",
    ),
    Guard(
        "session: revoked",
        SQL + "0001_functions.sql",
        "      AND s.revoked_at IS NULL\n",
        "",
        "tests/auth/test_logout.py::test_logout_voids_access_token_refresh_token_and_cookie",
    ),
    Guard(
        "refresh: a spent token ends the session",
        "functions/auth/refresh.py",
        "        queries.update_session_revoked(tx, session_id, rules.REUSED)\n",
        "",
        "tests/auth/test_refresh.py::test_a_reused_refresh_token_ends_the_session",
    ),
    Guard(
        "refresh: a session is locked",
        "shared/auth/queries.py",
        "FOR UPDATE OF s\n",
        "",
        "tests/auth/test_refresh.py::test_twenty_concurrent_refreshes_leave_one_valid_token",
    ),
    # logging in
    Guard(
        "login: five failures lock",
        "shared/auth/rules.py",
        "MAX_FAILURES = 5",
        "MAX_FAILURES = 50",
        "tests/auth/test_login.py::test_five_failures_lock_an_address_known_or_not",
    ),
    Guard(
        "login: guesses wait in a row",
        "shared/auth/queries.py",
        "ON CONFLICT (email_hash) DO UPDATE SET updated_at = now()\n"
        "RETURNING CASE WHEN a.locked_until <= clock_timestamp() THEN 0 ELSE a.failed_attempts END AS failed_attempts,",
        "ON CONFLICT (email_hash) DO UPDATE SET updated_at = now(), failed_attempts = 0\n"
        "RETURNING CASE WHEN a.locked_until <= clock_timestamp() THEN 0 ELSE a.failed_attempts END AS failed_attempts,",
        "tests/auth/test_login.py::test_five_failures_lock_an_address_known_or_not",
    ),
    Guard(
        "login: an unknown address costs a bcrypt",
        "shared/auth/passwords.py",
        "    matches = bcrypt",
        "    if password_hash is None:\n        return False\n    matches = bcrypt",
        "tests/auth/test_login.py::"
        "test_an_unknown_address_and_a_wrong_password_get_the_same_answer_after_the_same_work",
    ),
    Guard(
        "login: only active people",
        "shared/auth/queries.py",
        "WHERE lower(email) = %(email)s AND status = 'ACTIVE' AND deleted_at IS NULL",
        "WHERE lower(email) = %(email)s",
        "tests/auth/test_login.py::test_a_suspended_or_deleted_user_cannot_log_in",
    ),
    Guard(
        "login: counted without Valkey",
        "functions/auth/login.py",
        "if not request.is_counted:",
        "if False:",
        "tests/auth/test_login.py::test_without_valkey_logins_of_an_ip_are_counted_in_the_database",
    ),
    Guard(
        "register: roles",
        "shared/auth/models.py",
        'RegistrationRole = Literal["OWNER", "CLIENT", "BROKER", "CONTRACTOR"]',
        "RegistrationRole = str",
        "tests/auth/test_register.py::test_no_other_role_can_register",
    ),
    Guard(
        "reset token: once",
        "shared/auth/queries.py",
        "AND t.token_hash = %(token_hash)s AND t.purpose = 'PASSWORD_RESET'\n  AND t.spent_at IS NULL AND",
        "AND t.token_hash = %(token_hash)s AND t.purpose = 'PASSWORD_RESET'\n  AND",
        "tests/auth/test_confirm_password_reset.py::test_a_password_reset_token_works_once_even_in_a_race",
    ),
    Guard(
        "reset token: a newer one voids the older",
        "shared/auth/queries.py",
        "    tx.run(_UPDATE_RESETS_VOID, values)\n",
        "",
        "tests/auth/test_confirm_password_reset.py::test_a_newer_password_reset_token_voids_the_older",
    ),
    Guard(
        "new password: ends every session",
        "functions/auth/confirm_password_reset.py",
        'ended = queries.update_sessions_revoked(tx, row["id"], rules.PASSWORD_CHANGED)',
        "ended = 0",
        "tests/auth/test_confirm_password_reset.py::test_a_password_reset_ends_every_session_with_its_tokens_and_sockets",
    ),
    Guard(
        "new password: none of the last five",
        "functions/auth/confirm_password_reset.py",
        "raise rules.PasswordReused()",
        "pass",
        "tests/auth/test_confirm_password_reset.py::test_the_last_five_passwords_are_refused_and_the_sixth_is_not",
    ),
    # privacy
    Guard(
        "no line tells an address",
        "functions/auth/login.py",
        '    metrics.count("FailedLogins")\n',
        '    from shared.kit.log import logger\n\n    logger.info("failed", email=asked.email)\n',
        "tests/auth/test_login.py::test_five_failures_lock_an_address_known_or_not",
    ),
    Guard(
        "no defect is quoted",
        KIT + "reply.py",
        "        error_type=type(error).__name__,\n",
        "        error_type=repr(error),\n",
        "tests/architecture/test_privacy.py::test_a_refusal_logs_no_personal_data[login]",
    ),
    Guard(
        "no row is quoted by a step",
        KIT + "task.py",
        "                raise type(error)(str(error.sqlstate)) from None\n",
        "                raise\n",
        "tests/architecture/test_privacy.py::test_a_failing_step_does_not_quote_its_row",
    ),
    Guard(
        "no failed message is quoted",
        KIT + "consumer.py",
        "                error_type=type(error).__name__,\n",
        "                error_type=repr(error),\n",
        "tests/architecture/test_privacy.py::test_a_failing_message_logs_no_personal_data",
    ),
    # limits and the edge
    Guard(
        "rate limits",
        KIT + "limits.py",
        "    if not allowed:\n",
        "    if False:\n",
        "tests/system/test_sick_valkey.py::test_a_wiped_valkey_forgets_its_limits",
    ),
    Guard(
        "origin secret",
        KIT + "origin.py",
        "        raise AroundTheEdge()\n",
        "        pass\n",
        "tests/system/test_edge.py::test_a_request_around_cloudfront_is_refused_first",
    ),
    # JSON and fields
    Guard(
        "JSON: keys once",
        KIT + "wire.py",
        "    if len(found) != len(pairs):",
        "    if False:",
        "tests/fuzz/test_json.py::test_malformed_json_is_refused_with_bounded_work",
    ),
    Guard(
        "JSON: depth",
        KIT + "wire.py",
        "    if _too_deep(value):",
        "    if False:",
        "tests/fuzz/test_json.py::test_malformed_json_is_refused_with_bounded_work",
    ),
    Guard(
        "JSON: none that another site can send",
        KIT + "binding.py",
        'if not _JSON_TYPE.fullmatch(request.headers.get("content-type", "")):',
        "if False:",
        "tests/fuzz/test_json.py::test_content_types_that_another_site_can_send_are_refused",
    ),
    Guard(
        "JSON: no unknown field",
        KIT + "fields.py",
        '"""A request\'s JSON body. Unknown fields are refused."""\n\n'
        '    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid",',
        '"""A request\'s JSON body. Unknown fields are refused."""\n\n'
        '    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore",',
        "tests/bids/test_place_bid.py::test_fields_set_by_the_platform_are_refused_in_a_bid",
    ),
    Guard(
        "money: cents",
        KIT + "fields.py",
        "    if value != value.quantize(_CENT):",
        "    if False:",
        "tests/fuzz/test_money.py::test_an_invalid_amount_is_refused_with_its_field",
    ),
    Guard(
        "text: NUL",
        KIT + "fields.py",
        'if "\\x00" in value:',
        "if False:",
        "tests/fuzz/test_text.py::test_text_that_postgresql_cannot_store_is_refused_with_its_field",
    ),
    Guard(
        "correlation id: form",
        KIT + "gate.py",
        "return offered if offered and _CORRELATION.fullmatch(offered) else new_id().hex",
        "return offered or new_id().hex",
        "tests/fuzz/test_text.py::test_hostile_request_headers_appear_in_no_response_header",
    ),
    # cursors
    Guard(
        "cursor: signature",
        KIT + "paging.py",
        "if not hmac.compare_digest(mac, self._mac(text)):",
        "if False:",
        "tests/fuzz/test_cursors.py::test_an_altered_cursor_is_refused",
    ),
    Guard(
        "cursor: of this list",
        KIT + "paging.py",
        "wire.render([current().operation.name, ",
        "wire.render([",
        "tests/fuzz/test_cursors.py::test_a_cursor_of_another_list_is_refused",
    ),
    Guard(
        "cursor: of these filters",
        KIT + "paging.py",
        'exclude={"cursor", "limit"}',
        'include={"nothing"}',
        "tests/fuzz/test_cursors.py::test_a_cursor_with_other_filters_or_another_sort_is_refused",
    ),
    # cached answers
    Guard(
        "cached: by organization and role",
        KIT + "cache.py",
        'seer = f"{caller.role.value}:{caller.organization_id}" if caller else "ANONYMOUS"',
        'seer = "ANYBODY"',
        "tests/system/test_end_cached.py::test_no_answer_is_cached_across_organizations_or_roles",
    ),
    Guard(
        "cached: ended before the answer",
        KIT + "unit.py",
        "            end_answers(tx.changed)\n",
        "            pass\n",
        "tests/system/test_end_cached.py::test_a_read_after_a_write_sees_its_effect",
    ),
    # idempotency and transactions
    Guard(
        "key: the earlier answer",
        KIT + "db.py",
        "    if earlier:\n",
        "    if False:\n",
        "tests/bids/test_keys.py::test_a_repeated_idempotency_key_gets_the_same_answer_and_one_effect",
    ),
    Guard(
        "key: another body",
        KIT + "db.py",
        'if earlier[0]["request_hash"] != request.request_hash:',
        "if False:",
        "tests/bids/test_keys.py::test_a_reused_idempotency_key_with_another_amount_is_refused",
    ),
    Guard(
        "key: in flight",
        KIT + "db.py",
        '    if not lock["locked"]:\n',
        "    if False:\n",
        "tests/bids/test_keys.py::test_an_idempotency_key_is_refused_while_its_first_request_is_running",
    ),
    Guard(
        "key: the database shows it to its own person only",
        SQL + "0001_policies.sql",
        "CREATE POLICY own ON idempotency_keys FOR ALL TO app_user\n    USING (user_id = (SELECT app.user_id()));",
        "CREATE POLICY own ON idempotency_keys FOR ALL TO app_user\n    USING (true);",
        WALLS + OTHERS + "[CLIENT]",
    ),
    Guard(
        "key: for a day",
        KIT + "db.py",
        "interval '24 hours'",
        "interval '48 hours'",
        "tests/bids/test_keys.py::test_an_expired_idempotency_key_cannot_decide_a_bid_twice",
    ),
    Guard(
        "a failed request leaves nothing",
        KIT + "db.py",
        "        _state.tx = None\n        tx.rollback()\n        raise",
        "        _state.tx = None\n        tx.commit()\n        raise",
        "tests/architecture/test_connections.py::test_after_a_crash_the_next_request_has_only_its_own_caller",
    ),
    Guard(
        "the context ends with its transaction",
        KIT + "db.py",
        '%(organization_id)s::uuid, %(role)s)", self._context',
        "%(organization_id)s::uuid, %(role)s), set_config('app.user_id', %(user_id)s::text, false)\", self._context",
        "tests/architecture/test_connections.py::test_a_read_leaves_no_context_on_its_connection",
    ),
    Guard(
        "every change has its audit row",
        KIT + "db.py",
        "        self.run(_INSERT_AUDIT, values)\n",
        "",
        "tests/bids/test_place_bid.py::test_a_placed_bid_is_audited_and_emits_its_event",
    ),
    Guard(
        "a refused change is on record",
        KIT + "db.py",
        "tx.send(_INSERT_AUDIT, values)",
        "pass",
        "tests/auth/test_verified_only.py::test_a_refused_bid_by_a_role_that_never_bids_is_audited",
    ),
    # tenants: our predicates, with row-level security switched off
    Guard(
        "an owner's side of a deal",
        "shared/organizations/sides.py",
        "(%(owner_side)s::uuid IS NULL OR {alias}.owner_organization_id = %(owner_side)s)\nAND",
        "true AND",
        PREDICATES + "[approve_bid]",
    ),
    Guard(
        "a client's side of a deal",
        "shared/organizations/sides.py",
        "(%(client_side)s::uuid IS NULL OR {alias}.client_organization_id = %(client_side)s)",
        "true",
        PREDICATES + "[sign_contract]",
    ),
    Guard(
        "payments: mine",
        "shared/payments/queries.py",
        '_MINE = mine("p")',
        '_MINE = "true"',
        PREDICATES + "[record_payment]",
    ),
    Guard(
        "mandates: mine",
        "shared/organizations/queries.py",
        "(%(granted_by)s::uuid IS NULL OR m.client_organization_id = %(granted_by)s)",
        "true",
        PREDICATES + "[revoke_mandate]",
    ),
    Guard(
        "notifications: mine",
        "shared/notifications/queries.py",
        "WHERE n.id = %(notification_id)s AND n.user_id = %(user_id)s",
        "WHERE n.id = %(notification_id)s",
        PREDICATES + "[mark_notification_read]",
    ),
    Guard(
        "spaces: hidden ones",
        "shared/spaces/queries.py",
        "WHERE s.id = %(space_id)s AND s.deleted_at IS NULL\n"
        "  AND (s.owner_organization_id = %(own_organization_id)s OR %(sees_all)s)\nFOR UPDATE",
        "WHERE s.id = %(space_id)s AND s.deleted_at IS NULL\nFOR UPDATE",
        PREDICATES + "[update_space]",
    ),
    Guard(
        "mandates: a broker acts for those it represents",
        "shared/organizations/access.py",
        "            raise NotFound()\n",
        "            pass\n",
        "tests/organizations/test_acting_for.py::test_without_a_mandate_nobody_bids_for_another",
    ),
    # tenants: row-level security
    Guard(
        "security: bids and contracts are read by their sides",
        SQL + "0001_policies.sql",
        "                USING (owner_organization_id = (SELECT app.organization_id())\n"
        "                    OR client_organization_id = (SELECT app.organization_id())\n"
        "                    OR (SELECT app.reads_all()))",
        "                USING (true)",
        SECURITY + "[get_contract]",
    ),
    Guard(
        "security: people",
        SQL + "0001_policies.sql",
        "CREATE POLICY change ON users FOR UPDATE TO app_user\n    USING (id = (SELECT app.user_id()));",
        "CREATE POLICY change ON users FOR UPDATE TO app_user\n    USING (true);",
        WALLS + "test_the_database_refuses_writes_to_a_colleagues_own_rows",
    ),
    Guard(
        "security: bids change on their sides",
        SQL + "0001_policies.sql",
        "CREATE POLICY change ON bids FOR UPDATE TO app_user\n"
        "    USING (owner_organization_id = (SELECT app.organization_id())\n"
        "        OR client_organization_id = (SELECT app.organization_id())\n"
        "        OR (SELECT app.is_admin()));",
        "CREATE POLICY change ON bids FOR UPDATE TO app_user\n    USING (true);",
        WALLS + OTHERS + "[SUPPORT]",
    ),
    Guard(
        "security: bids in one's own name",
        SQL + "0001_policies.sql",
        "CREATE POLICY add ON bids FOR INSERT TO app_user\n"
        "    WITH CHECK (client_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));",
        "CREATE POLICY add ON bids FOR INSERT TO app_user\n    WITH CHECK (true);",
        WALLS + OTHERS + "[OWNER]",
    ),
    Guard(
        "security: contracts",
        SQL + "0001_policies.sql",
        "CREATE POLICY change ON contracts FOR UPDATE TO app_user\n"
        "    USING (owner_organization_id = (SELECT app.organization_id())\n"
        "        OR client_organization_id = (SELECT app.organization_id())\n"
        "        OR (SELECT app.is_admin()));",
        "CREATE POLICY change ON contracts FOR UPDATE TO app_user\n    USING (true);",
        WALLS + OTHERS + "[SUPPORT]",
    ),
    Guard(
        "security: signatures",
        SQL + "0001_policies.sql",
        "    WITH CHECK (user_id = (SELECT app.user_id())\n        AND ((side = 'CLIENT' AND client_organization_id",
        "    WITH CHECK (true\n        OR ((side = 'CLIENT' AND client_organization_id",
        WALLS + OTHERS + "[CLIENT]",
    ),
    Guard(
        "security: payments",
        SQL + "0001_policies.sql",
        "CREATE POLICY change ON payments FOR UPDATE TO app_user\n"
        "    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));",
        "CREATE POLICY change ON payments FOR UPDATE TO app_user\n    USING (true);",
        WALLS + OTHERS + "[SUPPORT]",
    ),
    Guard(
        "security: money",
        SQL + "0001_policies.sql",
        "CREATE POLICY add ON payment_transactions FOR INSERT TO app_user\n"
        "    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));",
        "CREATE POLICY add ON payment_transactions FOR INSERT TO app_user\n    WITH CHECK (true);",
        WALLS + OTHERS + "[FINANCIAL_OFFICER]",
    ),
    Guard(
        "security: invoices",
        SQL + "0001_policies.sql",
        "CREATE POLICY add ON invoices FOR INSERT TO app_user\n"
        "    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));",
        "CREATE POLICY add ON invoices FOR INSERT TO app_user\n    WITH CHECK (true);",
        WALLS + OTHERS + "[BROKER]",
    ),
    Guard(
        "security: notifications",
        SQL + "0001_policies.sql",
        "CREATE POLICY read ON notifications FOR SELECT TO app_reader, app_user\n"
        "    USING (user_id = (SELECT app.user_id()));\n"
        "CREATE POLICY change ON notifications FOR UPDATE TO app_user\n"
        "    USING (user_id = (SELECT app.user_id()));",
        "CREATE POLICY read ON notifications FOR SELECT TO app_reader, app_user USING (true);\n"
        "CREATE POLICY change ON notifications FOR UPDATE TO app_user USING (true);",
        SECURITY + "[mark_notification_read]",
    ),
    Guard(
        "security: audit rows in one's own name",
        SQL + "0001_policies.sql",
        "        AND (user_id IS NULL OR user_id = (SELECT app.user_id())));",
        "        );",
        "tests/architecture/test_schema.py::test_nothing_is_written_in_anothers_name",
    ),
    Guard(
        "security: spaces that are not listed",
        SQL + "0001_policies.sql",
        "    USING ((is_leasable AND deleted_at IS NULL AND (SELECT app.role()) IS NOT NULL)",
        "    USING ((deleted_at IS NULL AND (SELECT app.role()) IS NOT NULL)",
        WALLS + "test_without_predicates_an_unlisted_space_is_still_hidden_from_others",
    ),
    Guard(
        "security: mandates",
        SQL + "0008_organizations.sql",
        "CREATE POLICY read ON mandates FOR SELECT TO app_reader, app_user\n"
        "    USING (client_organization_id = (SELECT app.organization_id())\n"
        "        OR broker_id = (SELECT app.user_id())\n"
        "        OR (SELECT app.reads_all()));",
        "CREATE POLICY read ON mandates FOR SELECT TO app_reader, app_user\n    USING (true);",
        ACCESS + "test_without_its_where_the_mandates_of_others_are_still_hidden",
    ),
    # bids
    Guard(
        "a bid's state table",
        "shared/bids/rules.py",
        "    if move not in moves:\n        raise NotYourTurn()\n    return moves[move]",
        '    return moves.get(move, "PENDING")',
        "tests/bids/test_negotiation.py::test_bid_moves_follow_the_state_table",
    ),
    Guard(
        "a space that is taken takes no bid",
        "shared/bids/proposal.py",
        'if space.availability_status != "AVAILABLE":',
        "if False:",
        "tests/bids/test_place_bid.py::test_a_bid_on_an_unavailable_space_is_refused",
    ),
    Guard(
        "an offer ends",
        "shared/bids/rules.py",
        "if bid.valid_until is not None and bid.valid_until < space.today:",
        "if False:",
        "tests/bids/test_valid_until.py::test_an_offer_can_be_accepted_through_its_last_day_only",
    ),
    Guard(
        "one open bid: the constraint is a refusal",
        "shared/bids/rules.py",
        '    constraint = "bids_one_open_per_client"\n',
        "",
        "tests/bids/test_place_bid.py::test_a_second_bid_of_the_same_organization_on_the_space_is_refused",
    ),
    Guard(
        "one lease at a time: the constraint is a refusal",
        "shared/bids/rules.py",
        '    constraint = "contracts_one_lease_at_a_time"\n',
        "",
        "tests/contracts/test_adjacent_leases.py::test_a_lease_that_shares_one_day_with_another_is_refused",
    ),
    Guard(
        "nobody bids into the past",
        "shared/bids/rules.py",
        "if start_date < today:",
        "if False:",
        "tests/bids/test_place_bid.py::test_a_start_before_today_at_the_building_is_refused",
    ),
    # contracts
    Guard(
        "nobody signs out of turn",
        "shared/contracts/rules.py",
        "    if side is None or TURNS.get(contract.signature_status) != side:",
        "    if side is None:",
        "tests/leasing/test_steps.py::test_nobody_signs_out_of_turn",
    ),
    Guard(
        "the document that is signed",
        "shared/contracts/rules.py",
        "if document_sha256 is not None and document_sha256 != contract.document_sha256:",
        "if False:",
        "tests/leasing/test_steps.py::test_a_signature_on_another_documents_hash_is_refused",
    ),
    Guard(
        "an executed contract is not declined",
        "shared/contracts/rules.py",
        '    if contract.signature_status == "FULLY_SIGNED" or contract.status in ("SIGNED", "ACTIVE", "EXPIRED"):\n'
        "        raise AlreadyExecuted()\n",
        "",
        "tests/leasing/test_steps.py::test_an_executed_contract_can_be_neither_declined_nor_undone",
    ),
    Guard(
        "an executed contract is not undone",
        "shared/leasing/rules.py",
        '    if contract.status in ("SIGNED", "ACTIVE", "EXPIRED"):\n        raise PastUndo(str(contract.id))',
        "    return",
        "tests/leasing/test_steps.py::test_an_executed_contract_can_be_neither_declined_nor_undone",
    ),
    Guard(
        "a hold lasts its time",
        "shared/leasing/queries.py",
        "WHERE h.hold_until < app.now() AND",
        "WHERE",
        "tests/leasing/test_steps.py::test_a_hold_that_has_not_expired_is_left_alone",
    ),
    Guard(
        "a hold ends once",
        "shared/leasing/queries.py",
        " AND h.termination_reason IS NULL\n",
        "\n",
        "tests/leasing/test_steps.py::test_five_concurrent_sweepers_end_an_expired_hold_once",
    ),
    Guard(
        "a step runs once",
        "functions/leasing/render_lease.py",
        "        if document is None or before.document_sha256 is not None:\n            return\n",
        "        document = document or rendered(deal)\n",
        "tests/leasing/test_steps.py::test_every_step_run_twice_has_one_effect",
    ),
    Guard(
        "the saga's token is sealed",
        "functions/leasing/request_signatures.py",
        'seal(task["task_token"])',
        'task["task_token"]',
        "tests/leasing/test_steps.py::test_the_sagas_token_is_stored_encrypted_and_never_returned",
    ),
    Guard(
        "an undo that fails for good needs an operator",
        "functions/leasing/leasing.asl.json",
        '"ResultPath": "$.undo_failure", "Next": "NeedsOperator"}],\n      "Next": "ReleaseSpace"',
        '"ResultPath": "$.undo_failure", "Next": "Leased"}],\n      "Next": "ReleaseSpace"',
        "tests/leasing/test_machine.py::test_an_undo_that_fails_for_good_leaves_the_saga_to_an_operator",
    ),
    # DocuSign
    Guard(
        "webhook: signature",
        "shared/contracts/connect.py",
        "        raise ForgedMessage()\n",
        "        pass\n",
        "tests/contracts/test_receive_docusign.py::test_a_docusign_message_without_a_valid_signature_gets_401_and_changes_nothing",
    ),
    Guard(
        "webhook: an empty key is none",
        "shared/contracts/connect.py",
        "if isinstance(key, str) and key]",
        "if isinstance(key, str)]",
        "tests/contracts/test_receive_docusign.py::test_a_docusign_message_without_a_valid_signature_gets_401_and_changes_nothing",
    ),
    Guard(
        "webhook: once, and not after the end",
        "functions/contracts/receive_docusign.py",
        "if found and rules.is_out_for_signature(ContractState.of(found)):",
        "if found:",
        "tests/contracts/test_receive_docusign.py::test_a_completed_envelope_of_an_ended_deal_signs_nothing",
    ),
    # money
    Guard(
        "a payment is settled once",
        "shared/payments/rules.py",
        '    if payment.status == "PAID":\n        raise AlreadyPaid()\n    if payment.status == "CANCELLED" and',
        '    if payment.status == "CANCELLED" and',
        "tests/payments/test_record_payment.py::test_a_settled_payment_cannot_be_recorded_again",
    ),
    Guard(
        "nothing is paid on a dead contract",
        "shared/payments/rules.py",
        'if payment.status == "CANCELLED" or not contract["is_bound"] or contract["open_amount"] <= 0:',
        'if payment.status == "CANCELLED" or contract["open_amount"] <= 0:',
        "tests/payments/test_record_payment.py::test_no_payment_can_be_recorded_on_a_terminated_contract",
    ),
    Guard(
        "money comes today at the latest",
        "shared/payments/rules.py",
        '    if paid_date > contract["today"]:',
        "    if False:",
        "tests/payments/test_record_payment.py::test_a_paid_date_after_today_at_the_building_is_refused",
    ),
    Guard(
        "money comes in the contract's currency",
        "shared/payments/rules.py",
        "if recording.currency is not None and recording.currency != payment.currency:",
        "if False:",
        "tests/payments/test_record_payment.py::test_an_invalid_field_of_a_payment_is_named_and_nothing_is_recorded",
    ),
    Guard(
        "what is over becomes credit",
        "shared/payments/rules.py",
        "settled = min(paid, open_amount)",
        "settled = paid",
        "tests/payments/test_record_payment.py::test_partial_payments_settle_an_installment_and_the_excess_becomes_credit",
    ),
    Guard(
        "no more is credited than stands of an invoice",
        "shared/payments/rules.py",
        "if most <= 0 or (amount is not None and amount > most):",
        "if most <= 0:",
        "tests/payments/test_credit_invoice.py::test_no_more_than_the_invoiced_amount_can_be_credited",
    ),
    Guard(
        "a contract's money moves in one transaction at a time",
        "shared/payments/bound.py",
        "pg_advisory_xact_lock(hashtextextended('money ' || {contract_id}, 0)) IS NULL",
        "true",
        "tests/payments/test_refund_credit.py::test_of_two_refunds_at_once_one_is_paid",
    ),
    Guard(
        "credit that is gone is taken back",
        "functions/payments/reverse_payment.py",
        "        if reversal.leaves_credit_short or",
        "        if False and",
        "tests/scenarios/test_overpayment_becomes_credit.py::test_reversing_an_overpayment_reopens_the_installments_that_its_credit_settled",
    ),
    Guard(
        "interest is asked for once",
        "shared/payments/late.py",
        'part = less(interest.amount, row["interest_charged"])',
        "part = interest.amount",
        "tests/payments/test_charge_late.py::test_interest_continues_after_a_payment_is_reversed",
    ),
    Guard(
        "a lease ends early once",
        "shared/contracts/rules.py",
        "        raise NotInForce()\n    if contract.terminates_on is not None:\n        raise EndsAlready()\n",
        "        raise NotInForce()\n",
        "tests/scenarios/test_lease_ends_early.py::test_who_may_terminate_a_lease_and_from_which_day",
    ),
    Guard(
        "a lease that never began never begins",
        "shared/leasing/queries.py",
        "  AND (c.terminates_on IS NULL OR c.terminates_on > c.start_date)\n",
        "",
        "tests/scenarios/test_lease_ends_early.py::test_a_lease_terminated_before_its_start_never_begins",
    ),
    Guard(
        "a deposit stays until the end",
        "shared/payments/rules.py",
        '    if deposit["status"] not in ("EXPIRED", "TERMINATED") and not deposit["is_carried"]:',
        "    if False:",
        "tests/scenarios/test_lease_ends_early.py::test_a_deposit_is_neither_returned_nor_applied_before_the_lease_has_ended",
    ),
    Guard(
        "no more of a deposit goes than is held",
        "shared/payments/rules.py",
        "    if amount is not None and amount > held:",
        "    if False:",
        "tests/scenarios/test_lease_ends_early.py::test_no_more_of_a_deposit_is_applied_or_returned_than_is_held",
    ),
    Guard(
        "a deposit that a renewal takes along is not returned",
        "shared/payments/rules.py",
        '    if deposit["is_carried"]:',
        "    if False:",
        "tests/scenarios/test_deposit_goes_on.py::test_a_renewal_that_asks_for_less_leaves_the_rest_to_be_returned",
    ),
    Guard(
        "a deposit is asked for once",
        "functions/leasing/schedule_payments.py",
        '        if deal["renewed"]:',
        "        if False:",
        "tests/scenarios/test_deposit_goes_on.py::test_a_renewal_asks_for_its_deposit_less_what_is_held",
    ),
    Guard(
        "only the owner's side offsets credit",
        "shared/contracts/rules.py",
        '    if terminating.credit == "OFFSET" and side == "CLIENT":',
        "    if False:",
        "tests/scenarios/test_credit_at_an_early_end.py::test_only_the_owners_side_offsets_credit",
    ),
    Guard(
        "a lease that holds over does not expire",
        "shared/leasing/queries.py",
        "WHERE c.status = 'ACTIVE' AND c.terminates_on IS NULL AND c.holdover_percent IS NULL\n",
        "WHERE c.status = 'ACTIVE' AND c.terminates_on IS NULL\n",
        "tests/scenarios/test_lease_holds_over.py::test_a_lease_goes_on_after_its_last_day_a_month_at_a_time",
    ),
    Guard(
        "a debt has one plan that is kept",
        "shared/payments/plan.py",
        '    if planned := _places(planning, debts, lambda one: one["is_planned"]):',
        "    if planned := []:",
        "tests/payments/test_payment_plans.py::test_a_debt_has_one_plan_that_is_kept",
    ),
    Guard(
        "a plan comes to what is open",
        "shared/payments/plan.py",
        "    if total != open_amount:",
        "    if False:",
        "tests/payments/test_payment_plans.py::test_a_plan_is_refused_that_does_not_come_to_what_is_open",
    ),
    Guard(
        "a plan that is kept spares late charges",
        "shared/payments/late.py",
        " AND NOT plan.holds))",
        "))",
        "tests/payments/test_payment_plans.py::test_no_fee_and_no_interest_is_asked_for_the_time_of_a_plan_that_is_kept",
    ),
    Guard(
        "only fees and interest are waived",
        "functions/payments/waive_payment.py",
        '        if payment.charge not in ("LATE_FEE", "INTEREST"):',
        "        if False:",
        "tests/payments/test_waive_payment.py::test_who_may_waive_what",
    ),
    Guard(
        "late charges wait for the contract's money",
        "shared/payments/late.py",
        '        tx.later(LOCK_MONEY, {"contract_id": contract_id})',
        "        pass",
        "tests/payments/test_lock_order.py::test_a_job_that_waits_for_a_contracts_money_holds_none_of_its_rows",
    ),
    Guard(
        "no more of several deposits is taken back than is held",
        "shared/payments/allocation.py",
        "line.settled, held if line.is_deposit else line.settled)",
        "line.settled)",
        "tests/payments/test_allocation.py::test_of_several_deposits_no_more_is_taken_back_than_is_held_of_all",
    ),
    Guard(
        "interest runs until the day of an early end",
        "shared/payments/late.py",
        ' or row["day"] == row["terminates_on"]',
        "",
        "tests/scenarios/test_interest_at_an_early_end.py"
        "::test_the_interest_of_what_is_overdue_is_previewed_and_charged_on_the_day_of_the_end",
    ),
    Guard(
        "a lease is renewed once",
        "shared/schema/migrations/versions/0015_lifecycle.py",
        'unique = "UNIQUE " if name == "contracts_one_renewal" else ""',
        'unique = ""',
        "tests/scenarios/test_lease_is_renewed.py::test_a_lease_is_renewed_once",
    ),
    Guard(
        "a space goes on to the renewal",
        "shared/leasing/queries.py",
        "    tx.run(_UPDATE_SPACES_PASSED_ON, values)\n",
        "",
        "tests/scenarios/test_lease_is_renewed.py::test_the_space_passes_from_a_lease_to_its_renewal",
    ),
    # books
    Guard(
        "a closed month takes nothing",
        SQL + "0027_journal.sql",
        "    RETURN greatest($2, first_open);",
        "    RETURN $2;",
        "tests/journal/test_change_period.py::test_what_belongs_in_a_closed_month_is_posted_into_the_first_open_one",
    ),
    Guard(
        "whoever closes a month waits",
        SQL + "0027_journal.sql",
        "    PERFORM pg_advisory_xact_lock_shared(hashtextextended('books ' || $1, 0));\n",
        "",
        "tests/journal/test_change_period.py::test_whoever_closes_a_month_waits_for_what_is_being_posted",
    ),
    Guard(
        "a month is over first",
        "shared/journal/rules.py",
        "    if following > today:",
        "    if False:",
        "tests/journal/test_change_period.py::test_a_month_that_is_not_over_at_every_building_is_not_closed",
    ),
    Guard(
        "a month that is opened opens all after it",
        "shared/journal/rules.py",
        "        return open_from if open_from is None or open_from <= month else month\n",
        "        return open_from\n",
        "tests/journal/test_change_period.py::test_a_month_is_closed_with_all_before_it_and_opened_with_all_after_it",
    ),
    Guard(
        "a register of deposits that does not tie says so",
        "shared/reports/figures.py",
        ' and in_journal == figures["deposit_held"]',
        "",
        "tests/reports/test_show_aging.py::test_a_deposit_that_the_journal_does_not_know_does_not_tie",
    ),
    Guard(
        "no report of another owner's building",
        "shared/reports/queries.py",
        "    if not asked.is_known:",
        "    if False:",
        "tests/reports/test_whose_building.py::test_a_report_of_a_foreign_or_unknown_building_is_not_found",
    ),
    # events
    Guard(
        "consumers know what they have handled",
        KIT + "consumer.py",
        "            if fresh:\n                self.function(event, tx)",
        "            self.function(event, tx)",
        "tests/architecture/test_consumers.py::test_the_inbox_gives_an_event_one_effect_whatever_its_consumer_does",
    ),
    Guard(
        "consumers keep a deal's order",
        "functions/notifications/notify_people.py",
        "ordered=True",
        "ordered=False",
        "tests/notifications/test_notify_people.py::test_a_deals_events_are_notified_in_their_order",
    ),
    Guard(
        "one message fails alone",
        KIT + "consumer.py",
        "            return False\n        logger.info",
        "            raise\n        logger.info",
        "tests/architecture/test_dead_letters.py::test_one_failing_message_of_ten_goes_alone_to_the_dead_letter_queue_and_back",
    ),
    Guard(
        "relays take turns",
        "shared/system/queries.py",
        "SELECT pg_advisory_xact_lock(hashtextextended('relay_outbox', 0))",
        "SELECT hashtextextended('relay_outbox', 0)",
        "tests/system/test_relay_outbox.py::test_three_relays_at_once_keep_each_objects_order",
    ),
    Guard(
        "what the bus refuses stays in the outbox",
        "functions/system/relay_outbox.py",
        'if "EventId" in result]',
        "]",
        "tests/system/test_relay_outbox.py::test_events_that_the_bus_refuses_stay_in_the_outbox",
    ),
    # sockets
    Guard(
        "a socket whose session has ended hears nothing",
        "shared/realtime/access.py",
        "CROSS JOIN LATERAL app.connection_caller(c.connection_id) AS caller\n"
        "WHERE c.user_id = ANY(%(user_ids)s) AND caller.user_id = c.user_id",
        "WHERE c.user_id = ANY(%(user_ids)s)",
        "tests/notifications/test_notify_people.py::test_a_socket_of_an_ended_session_gets_no_frames",
    ),
    Guard(
        "a socket's caller",
        KIT + "socket.py",
        "            admit(operation, caller)\n",
        "",
        "tests/bids/test_socket.py::test_an_owner_may_not_withdraw_a_bid_over_the_socket",
    ),
    # reports
    Guard(
        "an owner's reports",
        "shared/reports/queries.py",
        'Scope(creditor_sides(caller)["owner_side"]',
        "Scope(None",
        "tests/reports/test_show_rent_roll.py::test_owners_see_their_own_rent_roll_and_staff_see_all",
    ),
    Guard(
        "a past day is as it was, of spaces",
        "shared/reports/queries.py",
        "WHERE p.is_past AND h.space_id = s.id",
        "WHERE false AND h.space_id = s.id",
        "tests/reports/test_show_rent_roll.py::test_a_rent_roll_of_a_past_day_ignores_later_changes",
    ),
    Guard(
        "a past day is as it was, of leases",
        "shared/reports/queries.py",
        "WHERE p.is_past AND h.contract_id = c.id",
        "WHERE false AND h.contract_id = c.id",
        "tests/reports/test_show_rent_roll.py::test_a_rent_roll_from_before_a_termination_shows_the_original_expiry",
    ),
    Guard(
        "no cell is a formula",
        "shared/kit/cells.py",
        "if _FORMULA.match(text)",
        "if False",
        "tests/reports/test_show_rent_roll.py::test_no_cell_of_a_csv_report_is_a_formula",
    ),
    Guard(
        "a name in a picture is nothing but a name",
        "shared/reports/picture.py",
        "return escape(",
        "return str(",
        "tests/reports/test_show_stacking_plan.py::test_hostile_tenant_names_are_plain_text_in_the_picture",
    ),
    Guard(
        "a report fits into an answer",
        "shared/reports/answer.py",
        "if len(content) > _MOST_BYTES:",
        "if False:",
        "tests/reports/test_show_rent_roll.py::test_a_report_that_would_be_too_large_asks_for_a_building",
    ),
    # leftovers
    Guard(
        "the database keeps what is no leftover",
        SQL + "0006_leftovers.sql",
        "USING (published_at < now() - interval '60 days')",
        "USING (true)",
        "tests/system/test_sweep_leftovers.py::test_no_worker_can_delete_younger_rows",
    ),
    # what people upload
    Guard(
        "pixels are counted before they are decoded",
        "shared/files/pictures.py",
        "if opened.width * opened.height > MOST_PIXELS:",
        "if False:",
        "tests/files/test_complete_upload.py::test_a_picture_of_a_hundred_megapixels_is_rejected_before_it_is_decoded",
    ),
    Guard(
        "what was checked is what is kept",
        "shared/files/storage.py",
        'rules.incoming_key(row["id"]), version.id, bucket',
        'rules.incoming_key(row["id"]), read_arrived(row).id, bucket',
        "tests/files/test_complete_upload.py::test_the_version_that_was_checked_is_the_one_that_is_kept",
    ),
    Guard(
        "a file is what it says",
        "shared/files/checks.py",
        "if not all(content.startswith",
        "if False and not all(content.startswith",
        "tests/files/test_complete_upload.py::test_what_is_not_what_it_says_or_is_not_whole_is_rejected",
    ),
    Guard(
        "no script in a PDF",
        "shared/files/pdfs.py",
        "        if _runs(thing):",
        "        if False:",
        "tests/files/test_complete_upload.py::test_a_pdf_that_runs_something_is_rejected_wherever_it_hangs",
    ),
    Guard(
        "only clean files",
        "shared/files/verdicts.py",
        'return "clean" if result == CLEAN else "infected"',
        'return "clean"',
        "tests/files/test_scans.py::test_whatever_is_not_clean_is_rejected",
    ),
    Guard(
        "identity documents do not come back",
        "functions/files/download_file.py",
        "    if rule.is_confidential:",
        "    if False:",
        "tests/files/test_download_file.py::test_not_even_its_uploader_gets_an_identity_document_back",
    ),
    Guard(
        "an import moves once",
        "shared/imports/running.py",
        'or now["position"] != row["position"]:',
        "or False:",
        "tests/imports/test_resuming.py::test_one_import_run_by_many_at_once_is_done_once",
    ),
    Guard(
        "an import is an organization's own",
        "shared/imports/rules.py",
        "if caller.role is not Role.SUPER_ADMIN:",
        "if False:",
        "tests/imports/test_import_buildings.py::test_an_owner_imports_into_no_other_organization",
    ),
    Guard(
        "a sheet is measured before it is loaded",
        "shared/imports/sheet.py",
        "if self._last[0] * self._last[1] > MOST_CELLS:",
        "if False:",
        "tests/imports/test_reading.py::test_a_sheet_is_measured_before_it_is_loaded",
    ),
    Guard(
        "a workbook unpacks to no more than an import may hold",
        "shared/imports/workbook.py",
        "if left < 0:",
        "if False:",
        "tests/imports/test_reading.py::test_a_workbook_unpacks_to_no_more_than_an_import_may_hold",
    ),
    Guard(
        "a cell is where Excel has cells",
        "shared/imports/sheet.py",
        "if match is None:\n            raise _beyond(address)",
        "if match is None:\n            return following",
        "tests/imports/test_reading.py::test_a_cell_beyond_excels_last_is_refused_before_it_is_loaded",
    ),
    Guard(
        "one lease a space",
        "shared/imports/tenancies.py",
        "    faults |= _overlapping(writer, new, spaces)\n",
        "",
        "tests/imports/test_import_leases.py::test_of_two_leases_on_the_same_days_the_first_row_has_the_space",
    ),
    Guard(
        "what was paid before is invoiced by nobody",
        "shared/payments/queries.py",
        "    WHERE NOT p.invoiced_elsewhere\n      AND NOT EXISTS",
        "    WHERE NOT EXISTS",
        "tests/imports/test_import_leases.py::test_what_is_owed_besides_is_a_charge_and_gets_no_invoice",
    ),
    Guard(
        "only a client takes leases along",
        "functions/auth/accept_invitation.py",
        "    if caller.role is not Role.CLIENT:",
        "    if False:",
        "tests/imports/test_tenants.py::test_only_a_client_accepts_signed_in",
    ),
)
