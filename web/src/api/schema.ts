// Generated from openapi/openapi.json by script/gen.

export interface paths {
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Does the process live? */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Should requests be sent here? */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/t/{tenant}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is the reader that this token was issued to? */
        get: operations["look_up_reader"];
        put?: never;
        /**
         * A token for the reader with this id. The bearer is an API key, or an issuing token where the newsroom accepts them.
         *     Other bodies than JSON are read as having no id.
         */
        post: operations["exchange_reader_id"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/t/{tenant}/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Public keys of the `default` deployment. Shared secrets aren't among them. */
        get: operations["public_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/t/{tenant}/exchange": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The token that a code stands for
         * @description For readers' browsers: no other credentials than the code. Browsers of pages whose origin the newsroom's settings
         *     don't list (`allowed_origins`) are refused, and the code stays good. The reader is judged at this moment: a code of
         *     somebody who was disabled, deleted or revoked since is good no more, nor one that a revoked API key has asked for.
         */
        post: operations["redeem_exchange_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/t/{tenant}/lanyard.js": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The script for a newsroom's pages
         * @description It gives `Lanyard.token`, `Lanyard.refresh` (Coral's `refreshAccessToken`) and `Lanyard.keep` (Talk v4). It finds the
         *     newsroom's own address in the `src` that it was loaded from, and is the same for all newsrooms.
         */
        get: operations["get_script"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/t/{tenant}/{deployment}/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Public keys of a deployment. */
        get: operations["public_keys_of_deployment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I? */
        get: operations["who_am_i"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Take another name */
        patch: operations["update_account"];
        trace?: never;
    };
    "/v1/account/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set another password; all your other sessions end, and this one gets a new id */
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/prove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Prove your password: for ten minutes this session may do what asks for that; it gets a new id */
        post: operations["prove_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make new recovery codes; those until now are good no more */
        post: operations["replace_recovery_codes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin an authenticator app; it counts once a code of it was confirmed */
        post: operations["begin_totp"];
        /** Remove the authenticator app and the recovery codes */
        delete: operations["remove_totp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm the authenticator app by a code; from now on a log-in takes one */
        post: operations["confirm_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register an account; the answer is the same whether the address has one or not */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a link mailed that resets a password; the answer is the same whether the address has an account or not */
        post: operations["request_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/reset/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set a new password by a link; every session ends, and a new one begins */
        post: operations["reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make the account that a link was mailed for, and log in */
        post: operations["verify_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept an invitation to the address of your account */
        post: operations["accept_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/admins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List who runs the platform */
        get: operations["list_platform_admins"];
        put?: never;
        /** Let somebody who has an account run the platform */
        post: operations["grant_platform_admin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/admins/{admin}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Let somebody run the platform no more */
        delete: operations["revoke_platform_admin"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/audit-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the platform's audit events, the newest first */
        get: operations["list_platform_audit_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the platform is: its servers, what they need, what waits */
        get: operations["get_platform_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/issuers/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take an issuer away from the newsroom that has it, so that another can have it
         * @description The newsroom's deployments that had it get an issuer that says so; tokens that name the old one are refused there.
         */
        post: operations["release_issuer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List all newsrooms, by slug */
        get: operations["list_platform_tenants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/tenants/{tenant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One newsroom, with what it has, may have and did */
        get: operations["get_platform_tenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/tenants/{tenant}/quota": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say how much a newsroom may have
         * @description What it has already above a lower number stays; it gets no more.
         */
        put: operations["set_quota"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/tenants/{tenant}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Serve a suspended newsroom again */
        post: operations["resume_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/tenants/{tenant}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Suspend a newsroom: it is served no more, and can't be changed */
        post: operations["suspend_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the whole platform's usage */
        get: operations["get_platform_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your sessions, the newest first */
        get: operations["list_sessions"];
        put?: never;
        /** Log in */
        post: operations["log_in"];
        /** End all your sessions but this one */
        delete: operations["end_other_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a session; `current` logs out */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the newsrooms that you are a member of, by name in URLs */
        get: operations["list_tenants"];
        put?: never;
        /**
         * Make a newsroom, with all that its first deployment needs
         * @description It gets a deployment called `default`, for Talk a key that signs, and an API key for its CMS; you become its owner.
         *     The answer is the only one that shows the API key, and the settings that make Talk accept the tokens.
         */
        post: operations["create_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One newsroom */
        get: operations["get_tenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the API keys, the newest first */
        get: operations["list_api_keys"];
        put?: never;
        /** Make an API key; the answer is the only one that shows it */
        post: operations["create_api_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/api-keys/{api_key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One API key */
        get: operations["get_api_key"];
        put?: never;
        post?: never;
        /** Refuse an API key from now on */
        delete: operations["revoke_api_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/api-keys/{api_key}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put a new API key in the place of one; the old one goes on for a while */
        post: operations["rotate_api_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/audit-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the newsroom's audit events, the newest first */
        get: operations["list_audit_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/audit-events/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download all audit events, the oldest first, as a line of JSON each
         * @description The download is an event itself, and the last line.
         */
        get: operations["export_audit_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/audit-events/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prove that no audit event was changed or removed */
        get: operations["verify_audit_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the deployments, the oldest first */
        get: operations["list_deployments"];
        put?: never;
        /** Make a deployment; it has no key yet */
        post: operations["create_deployment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One deployment */
        get: operations["get_deployment"];
        put?: never;
        post?: never;
        /**
         * Delete a deployment with its keys
         * @description While keys of it verify that is refused unless forced, since it logs readers out.
         */
        delete: operations["delete_deployment"];
        options?: never;
        head?: never;
        /**
         * Change a deployment
         * @description With another issuer, audience or place of the reader's id, tokens that were issued before are refused here;
         *     `warnings` tells until when they would have been good.
         */
        patch: operations["update_deployment"];
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a deployment's rotations, the newest first */
        get: operations["list_coral_rotations"];
        put?: never;
        /**
         * Rotate a Coral's signing secret on both sides; or only look, with `dry_run`
         * @description Coral makes a new secret and goes on taking the old one for a while; the new one becomes a key here, and signs. No reader
         *     is logged out. The answer comes once Coral has taken the token; ask for the rotation until its `state` is `done`, or
         *     `interrupted`.
         */
        post: operations["rotate_coral"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations/{rotation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One rotation */
        get: operations["get_coral_rotation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations/{rotation}/abandon": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a rotation up: Coral's admin token is erased at once, and what was done stays done */
        post: operations["abandon_coral_rotation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations/{rotation}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with a rotation that was interrupted; a secret that Coral has made already is found, and no second one made */
        post: operations["resume_coral_rotation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/rotation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far the rotation of a deployment's keys has come */
        get: operations["get_rotation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What connects a deployment with Talk or Coral and with the CMS, ready to paste
         * @description Secrets are left out: an owner exports Talk's settings with them.
         */
        get: operations["get_deployment_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a deployment's signing keys, the newest first */
        get: operations["list_signing_keys"];
        put?: never;
        /**
         * Make a signing key; the answer shows it
         * @description It waits as pending unless it is to sign at once, or nothing else does. Give Talk its new settings, then activate it:
         *     so Talk never meets a key that it doesn't know.
         */
        post: operations["create_signing_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Export a deployment's keys as settings, to an owner */
        post: operations["export_signing_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Import a key that Talk uses already */
        post: operations["import_signing_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a new key in the place of the one that signs; the old one goes on verifying, so nobody is logged out
         * @description Talk refuses tokens of a key that it doesn't have, so give it the new settings at once. To tell Talk first, create a
         *     key, and activate it once Talk has it. Of two rotations at once, one is refused.
         */
        post: operations["rotate_signing_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One signing key */
        get: operations["get_signing_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign with a pending key, once Talk knows it; the key that signed goes on verifying */
        post: operations["activate_signing_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/retire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a key that no longer signs, before its time
         * @description That is refused while readers may have tokens of it; `safe_to_retire_at` of the key says until when.
         */
        post: operations["retire_signing_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/reveal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show a key to an owner */
        post: operations["reveal_signing_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a key at once, because somebody else may have it */
        post: operations["revoke_signing_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the invitations, the newest first */
        get: operations["list_invitations"];
        put?: never;
        /** Invite somebody by mail; who is invited already gets a new link, and the old one is dead */
        post: operations["create_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/invitations/{invitation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Withdraw an invitation: its link is dead */
        delete: operations["withdraw_invitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the members */
        get: operations["list_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/members/{member}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a member, or leave */
        delete: operations["remove_member"];
        options?: never;
        head?: never;
        /** Make a member an owner, an admin or a viewer, at once */
        patch: operations["update_member"];
        trace?: never;
    };
    "/v1/tenants/{tenant}/migration-to-coral": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far is the move from Talk v4 to Coral, and what is in its way? */
        get: operations["get_migration_to_coral"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/migration-to-coral/back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The way back: the key signs again that the cut-over ended */
        post: operations["cut_back_to_talk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/migration-to-coral/cut-over": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cut over: Talk's key signs no more, and its tokens live to their end
         * @description Talk verifies alone and goes on accepting them, so leave it running until then. While readers aren't ready for Coral
         *     this is refused unless forced.
         */
        post: operations["cut_over_to_coral"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/migration-to-coral/unready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The readers whom Coral would keep out or take for another, and those whose picture it wouldn't show; by id */
        get: operations["list_readers_unready_for_coral"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newsroom's settings */
        get: operations["get_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the newsroom's settings */
        patch: operations["update_settings"];
        trace?: never;
    };
    "/v1/tenants/{tenant}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A token for a reader, who may come along as a whole record
         * @description A record is put into the directory as it is, if it isn't there already; that needs the scope `users:write` too. Where no
         *     token can be issued, nothing is written.
         */
        post: operations["issue_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/tokens/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tokens for up to 1,000 readers, who may come along as whole records
         * @description Each is dealt with on its own, and the answer says which were issued. Records that aren't in the directory yet are put
         *     there, all in one transaction; of two with one id the later counts.
         */
        post: operations["issue_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/tokens/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check a token rule by rule
         * @description It replays the rules of Talk v4, of Coral's single sign-on, of Coral's OpenID Connect precedence and of Lanyard, and says which are
         *     broken, with which values, and how to mend them. A bad token is no error: the answer says what is wrong with it. Token and
         *     settings are used in memory and neither kept nor logged.
         */
        post: operations["check_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/tokens/codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A code that a reader's browser exchanges for a token
         * @description It is good once, and for a minute. Who can have no token gets no code either; nothing is signed yet. A whole record is
         *     put into the directory as by asking for a token.
         */
        post: operations["create_exchange_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/tokens/introspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Is a token good? (RFC 7662) */
        post: operations["introspect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/tokens/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revoke a token (RFC 7009). A token that isn't good anyway needs no revoking, and is a success. */
        post: operations["revoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the newsroom's usage by hour or by day */
        get: operations["get_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the readers, or search them
         * @description By id. In a search those come first whose id matches, then those whose e-mail address does, then those whose username
         *     does, everyone once.
         */
        get: operations["list_users"];
        put?: never;
        /** Add a reader */
        post: operations["create_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/users/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All readers, as they are at this moment
         * @description NDJSON can be imported elsewhere as it is. In CSV a cell that a spreadsheet would take for a formula has an apostrophe
         *     before it, which an import takes away again. An answer that ends without the last chunk of its coding is not whole.
         */
        get: operations["export_users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/users/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create and update many readers
         * @description NDJSON (a record a line), CSV with a header line, or as JSON a list of records or the demo service's `db.json`. Good
         *     records are written in batches of some thousands, each whole or not at all; should the import end early, what was
         *     written stays, and the same import can be sent again. Of several records with one id the last counts, in JSON the
         *     first.
         */
        post: operations["import_users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/users/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One reader */
        get: operations["get_user"];
        /** Put a whole record in the place of a reader's, or add the reader */
        put: operations["put_user"];
        post?: never;
        /**
         * Delete a reader, and refuse all tokens of theirs
         * @description Whoever gets the same id later is somebody else: the old tokens stay dead.
         */
        delete: operations["delete_user"];
        options?: never;
        head?: never;
        /**
         * Change some members of a reader's record (JSON merge patch, RFC 7396)
         * @description `null` takes a member away. Members that aren't named stay as they are, to the letter.
         */
        patch: operations["patch_user"];
        trace?: never;
    };
    "/v1/tenants/{tenant}/users/{user}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a reader no more tokens, and refuse those they have */
        post: operations["disable_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/users/{user}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a disabled reader in again; tokens from before stay dead */
        post: operations["enable_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}/users/{user}/revoke-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuse all tokens that a reader has now; later ones are good */
        post: operations["revoke_user_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An invitation that is accepted. */
        Acceptance: {
            /**
             * @description What stands behind `#token=` in its link.
             * @example q9v1…
             */
            token: string;
        };
        /** @description A newsroom that you belong to from now on. */
        AcceptedOut: {
            /**
             * @description Its name for people.
             * @example The Post
             */
            name: string;
            /**
             * @description What you are there.
             * @example admin
             */
            role: string;
            /**
             * @description The newsroom's name in URLs.
             * @example the-post
             */
            tenant: string;
        };
        /** @description What changes of an account. */
        AccountChange: {
            /**
             * @description What colleagues see.
             * @example Jane Doe
             */
            name: string;
        };
        /** @description An account, as its holder sees it. */
        AccountOut: {
            /**
             * @description Its address.
             * @example jane@thepost.example
             */
            email: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * @description What its holder is called.
             * @example Jane Doe
             */
            name: string;
            /** @description Whether it runs the platform. */
            platform_admin: boolean;
            /** @description Whether logging in takes a code of an authenticator app. */
            totp: boolean;
        };
        /** @description A key that signs from now on. */
        ActivatedKeyOut: {
            /**
             * Format: int64
             * @description The longest lifetime of tokens that others sign with it, in seconds; `null` where it was made here.
             */
            accept_lifetime?: number | null;
            /**
             * Format: date-time
             * @description When it began to sign.
             */
            activated_at?: string | null;
            /**
             * @description Its algorithm.
             * @example HS256
             */
            algorithm: string;
            /**
             * Format: date-time
             * @description When it was made or imported.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at?: string | null;
            /**
             * Format: date-time
             * @description When it first signed here. A key made here that never did can be replaced without an overlap.
             */
            first_used_at?: string | null;
            /**
             * @description Its id, which every token carries that it signs.
             * @example 2026-11-23-1f0c9a3e
             */
            kid: string;
            /**
             * Format: date-time
             * @description When it last signed here. This and the next two are written every few seconds, or once a minute.
             */
            last_issued_at?: string | null;
            /**
             * Format: date-time
             * @description When a token of it was last found good here: looked up, introspected, or used to ask for another.
             */
            last_seen_at?: string | null;
            /**
             * Format: int64
             * @description How many tokens that were signed here may still carry it, at most; what others sign with an imported key isn't
             *     counted. `null` while some may be about that a version of before didn't count.
             */
            live_tokens?: number | null;
            /**
             * @description Whether it was made here.
             * @example generated
             */
            origin: string;
            /**
             * Format: date-time
             * @description From when on it can be retired and no good token is refused, as far as one can know; a time that is past means now.
             *     `null` for a key that signs or has ended.
             */
            safe_to_retire_at?: string | null;
            /**
             * @description Where it stands: a pending key is published and does nothing yet, the active one signs, a retiring one verifies
             *     what it signed before, and retired and revoked ones are refused.
             * @example active
             */
            state: string;
            /**
             * Format: date-time
             * @description Until when it verifies, if it signs no more.
             */
            verifies_until?: string | null;
            /**
             * @description What it waits for before it may sign, or go.
             * @example waiting until Talk knows it
             */
            waiting_for?: string | null;
            /** @description Whether it was imported although it is shorter than it should be. */
            weak: boolean;
        } & {
            /** @description What is to be done now. */
            notes: string[];
            replaced?: components["schemas"]["ReplacedKeyOut"] | null;
        };
        /** @description An API key, without the key. */
        ApiKeyOut: {
            /** @description Whether its tokens carry badges in Coral. */
            badges: boolean;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * @description Who made it.
             * @example account:0198c5c0-0000-7000-8000-000000000000
             */
            created_by: string;
            /** @description The deployments that it is limited to; `null`: all. */
            deployments?: string[] | null;
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at?: string | null;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was last used, to the minute.
             */
            last_used_at?: string | null;
            /**
             * @description The highest role that its tokens may carry in Coral; `null`: none.
             * @example STAFF
             */
            max_role?: string | null;
            /**
             * @description What its owner calls it.
             * @example cms
             */
            name: string;
            /**
             * Format: date-time
             * @description When it was revoked.
             */
            revoked_at?: string | null;
            /**
             * @description What it may do.
             * @example [
             *       "tokens:issue"
             *     ]
             */
            scopes: string[];
            /**
             * @description Whether it is good.
             * @example active
             */
            state: string;
            /**
             * @description Its last four characters.
             * @example x7Qd
             */
            tail: string;
        };
        /** @description An event, with all that its hash covers. */
        AuditEvent: {
            /**
             * @description What.
             * @example api_key.create
             */
            action: string;
            /**
             * @description Who: an account, an API key, or an operator at a terminal.
             * @example account:0198c5c0-0000-7000-8000-000000000000
             */
            actor: string;
            /**
             * Format: date-time
             * @description When, to the microsecond.
             * @example 2026-01-31T12:00:00.000000Z
             */
            at: string;
            /** @description More about it. */
            detail: Record<string, never>;
            /** @description SHA-256 over the event and the hash of the one before, in hexadecimal. */
            hash: string;
            /**
             * Format: int64
             * @description Its place in the log, from one.
             * @example 7
             */
            sequence: number;
            /** @description On which thing. Readers have an id here that means nothing elsewhere. */
            target: string;
        };
        /** @description What became of a batch. */
        BatchOut: {
            /** @description What became of each, in the order asked for. */
            results: components["schemas"]["TokenOutcome"][];
        };
        /** @description A deployment that was just changed. */
        ChangedDeploymentOut: {
            /**
             * @description The key that signs.
             * @example 2026-01-31-1b9d6bcd
             */
            active_kid?: string | null;
            /**
             * @description Audience of its tokens.
             * @example talk
             */
            audience?: string | null;
            /** @description Whether its tokens carry badges; `null` for a Talk. */
            badges?: boolean | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * @description Issuer of its tokens; `null` for Coral, as all else that Coral's tokens don't have.
             * @example https://talk.the-post.example
             */
            issuer?: string | null;
            /**
             * @description What it is.
             * @example talk
             */
            kind: string;
            /**
             * @description The highest role that its tokens may carry; Coral only.
             * @example STAFF
             */
            max_role?: string | null;
            /**
             * @description Its name in URLs.
             * @example default
             */
            name: string;
            /**
             * Format: int64
             * @description How many keys wait to sign.
             */
            pending_keys: number;
            /**
             * @description What its tokens tell of the reader besides the id; `null` for a Coral.
             * @example [
             *       "username"
             *     ]
             */
            profile_claims?: string[] | null;
            /**
             * @description Where it is found.
             * @example https://talk.the-post.example
             */
            root_url?: string | null;
            /**
             * Format: int64
             * @description Lifetime of a token, in seconds.
             * @example 21600
             */
            token_lifetime: number;
            /**
             * @description Where the reader's id sits in its tokens.
             * @example sub
             */
            user_id_claim?: string | null;
            /**
             * Format: int64
             * @description How many keys verify.
             */
            verifying_keys: number;
        } & {
            /** @description What the change does to tokens, and what is to be done elsewhere. */
            warnings: string[];
        };
        /** @description What is always answered, whatever happened. */
        CheckYourMail: {
            /**
             * @description For people.
             * @example check your mail
             */
            detail: string;
        };
        /** @description A rotation of a Coral's signing secret. */
        CoralRotationOut: {
            error?: components["schemas"]["RotationErrorOut"] | null;
            /**
             * Format: date-time
             * @description When it ended.
             */
            finished_at?: string | null;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * @description Coral's new secret, once it is a key here.
             * @example c1d2e3f4a5b6c7d8
             */
            new_kid?: string | null;
            /** @description What is left to do, for people. */
            next?: string | null;
            /**
             * Format: date-time
             * @description Until when Coral takes the old secret, as it says.
             */
            old_ends_at?: string | null;
            /**
             * @description The key that signed when it began.
             * @example 9f3c1a77d0e2b4c6
             */
            old_kid?: string | null;
            /**
             * Format: int64
             * @description For how many seconds Coral goes on taking the old secret.
             * @example 604800
             */
            overlap: number;
            /**
             * @description Where Coral is, as the deployment said when it began.
             * @example https://coral.the-post.example
             */
            root_url: string;
            /**
             * Format: date-time
             * @description When it began.
             */
            started_at: string;
            /**
             * @description Who began it.
             * @example account:0198c5c0-0000-7000-8000-000000000000
             */
            started_by: string;
            /**
             * @description Where it stands. One that is `interrupted` can be resumed; the last three are ends, and with each the token is erased.
             * @example done
             */
            state: string;
            /**
             * Format: date-time
             * @description Until when it can be resumed without another token; `null` at its end.
             */
            token_kept_until?: string | null;
            /** @description What was odd when it began. */
            warnings: string[];
        };
        /** @description What a rotation would do. */
        CoralRotationPlanOut: {
            /** @description What Coral has, the oldest first. */
            coral_secrets: components["schemas"]["CoralSecretOut"][];
            /**
             * @description The key that signs here.
             * @example 9f3c1a77d0e2b4c6
             */
            old_kid?: string | null;
            /**
             * Format: int64
             * @description For how many seconds Coral would go on taking the old secret.
             * @example 604800
             */
            overlap: number;
            /**
             * @description Where Coral is: where the token was sent.
             * @example https://coral.the-post.example
             */
            root_url: string;
            /** @description What would be done, in this order. */
            steps: string[];
            /** @description What is odd. */
            warnings: string[];
        };
        /** @description One of Coral's signing secrets, without the secret. */
        CoralSecretOut: {
            /** @description Whether Coral takes its tokens. */
            active: boolean;
            /**
             * Format: date-time
             * @description When Coral made it.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When Coral drops it.
             */
            inactive_at?: string | null;
            /**
             * @description Its id.
             * @example 9f3c1a77d0e2b4c6
             */
            kid: string;
            /** @description Whether it is a key here. */
            known_here: boolean;
            /**
             * Format: date-time
             * @description When Coral last saw it used, which it doesn't always write down.
             */
            last_used_at?: string | null;
        };
        /** @description What goes back to where. */
        CutBack: {
            /**
             * @description The deployment of Talk; `default` unless said.
             * @example default
             */
            from?: string | null;
            /**
             * @description The deployment of Coral; `coral` unless said.
             * @example coral
             */
            to?: string | null;
        };
        /** @description From where, and to where. */
        CutOver: {
            /** @description Do it although Coral would keep readers out. */
            force?: boolean | null;
            /**
             * @description The deployment of Talk; `default` unless said.
             * @example default
             */
            from?: string | null;
            /**
             * @description The deployment of Coral; `coral` unless said.
             * @example coral
             */
            to?: string | null;
        };
        /** @description Something that the servers need, as this one sees it. */
        Dependency: {
            /**
             * Format: double
             * @description In how many milliseconds.
             */
            latency_ms?: number | null;
            /** @description Whether it answers. */
            reachable: boolean;
        };
        /** @description What is to change; what isn't named, or is `null`, stays. */
        DeploymentChange: {
            /**
             * @description Audience of its tokens; Talk only.
             * @example talk
             */
            audience?: string | null;
            /** @description Whether tokens carry badges; Coral only. */
            badges?: boolean | null;
            /**
             * @description Issuer of its tokens; Talk only.
             * @example https://talk.sports.the-post.example
             */
            issuer?: string | null;
            /**
             * @description The highest role that a token may carry; Coral only. `null`: tokens carry none.
             * @example STAFF
             */
            max_role?: string | null;
            /**
             * @description Its name in URLs. `default` keeps its name.
             * @example sports
             */
            name?: string | null;
            /**
             * @description What tokens tell of the reader besides the id; Talk only.
             * @example [
             *       "username",
             *       "email"
             *     ]
             */
            profile_claims?: string[] | null;
            /**
             * @description Where it is found; `null` clears it.
             * @example https://talk.sports.the-post.example
             */
            root_url?: string | null;
            /**
             * Format: int64
             * @description Lifetime of new tokens in seconds.
             * @example 21600
             */
            token_lifetime?: number | null;
            /**
             * @description Where the reader's id sits in its tokens; Talk only.
             * @example sub
             */
            user_id_claim?: string | null;
        };
        /** @description A deployment. */
        DeploymentOut: {
            /**
             * @description The key that signs.
             * @example 2026-01-31-1b9d6bcd
             */
            active_kid?: string | null;
            /**
             * @description Audience of its tokens.
             * @example talk
             */
            audience?: string | null;
            /** @description Whether its tokens carry badges; `null` for a Talk. */
            badges?: boolean | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * @description Issuer of its tokens; `null` for Coral, as all else that Coral's tokens don't have.
             * @example https://talk.the-post.example
             */
            issuer?: string | null;
            /**
             * @description What it is.
             * @example talk
             */
            kind: string;
            /**
             * @description The highest role that its tokens may carry; Coral only.
             * @example STAFF
             */
            max_role?: string | null;
            /**
             * @description Its name in URLs.
             * @example default
             */
            name: string;
            /**
             * Format: int64
             * @description How many keys wait to sign.
             */
            pending_keys: number;
            /**
             * @description What its tokens tell of the reader besides the id; `null` for a Coral.
             * @example [
             *       "username"
             *     ]
             */
            profile_claims?: string[] | null;
            /**
             * @description Where it is found.
             * @example https://talk.the-post.example
             */
            root_url?: string | null;
            /**
             * Format: int64
             * @description Lifetime of a token, in seconds.
             * @example 21600
             */
            token_lifetime: number;
            /**
             * @description Where the reader's id sits in its tokens.
             * @example sub
             */
            user_id_claim?: string | null;
            /**
             * Format: int64
             * @description How many keys verify.
             */
            verifying_keys: number;
        };
        /** @description What connects a deployment with Lanyard, ready to paste. No secret is in it. */
        DeploymentSettingsOut: {
            /** @description What is done in Coral's admin; `null` for a Talk. */
            coral?: string | null;
            /** @description The code that shows the comments in a page. */
            embed: string;
            /** @description The CMS's call for a token. */
            exchange: components["schemas"]["ExchangeOut"];
            /**
             * @description What the deployment is.
             * @example talk
             */
            kind: string;
            /** @description What whoever applies this must know. */
            notes: string[];
            /** @description How the deployment gets its next key without logging a reader out. */
            plan: components["schemas"]["PlanOut"];
            talk?: components["schemas"]["TalkFormsOut"] | null;
            /** @description Why Talk can't be given the keys. */
            talk_refused?: string | null;
        };
        /** @description A reader in the directory. */
        DirectoryUser: {
            /**
             * Format: date-time
             * @description When the reader came into the directory.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description Since when the reader gets no tokens.
             */
            disabled_at?: string | null;
            /**
             * Format: date-time
             * @description When anything of this was last written.
             */
            updated_at: string;
            /** @description The newsroom's own record, with its own members in its own order. */
            user: components["schemas"]["User"];
        };
        /** @description A reader who is disabled. */
        Disabled: {
            /**
             * Format: date-time
             * @description When the reader came into the directory.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description Since when the reader gets no tokens.
             */
            disabled_at?: string | null;
            /**
             * Format: date-time
             * @description When anything of this was last written.
             */
            updated_at: string;
            /** @description The newsroom's own record, with its own members in its own order. */
            user: components["schemas"]["User"];
        } & {
            /**
             * Format: date-time
             * @description The latest second to which Talk may go on accepting one of those tokens.
             */
            accepted_by_talk_until: string;
            /**
             * Format: date-time
             * @description Up to which second tokens were issued that are refused; `null` where none is good any more, whenever issued.
             */
            issued_until?: string | null;
            /** @description What that means, and what ends the rest. */
            note: string;
            /** @description Always. */
            revoked: boolean;
        };
        /** @description A key that has ended. */
        EndedKeyOut: {
            /**
             * Format: int64
             * @description The longest lifetime of tokens that others sign with it, in seconds; `null` where it was made here.
             */
            accept_lifetime?: number | null;
            /**
             * Format: date-time
             * @description When it began to sign.
             */
            activated_at?: string | null;
            /**
             * @description Its algorithm.
             * @example HS256
             */
            algorithm: string;
            /**
             * Format: date-time
             * @description When it was made or imported.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at?: string | null;
            /**
             * Format: date-time
             * @description When it first signed here. A key made here that never did can be replaced without an overlap.
             */
            first_used_at?: string | null;
            /**
             * @description Its id, which every token carries that it signs.
             * @example 2026-11-23-1f0c9a3e
             */
            kid: string;
            /**
             * Format: date-time
             * @description When it last signed here. This and the next two are written every few seconds, or once a minute.
             */
            last_issued_at?: string | null;
            /**
             * Format: date-time
             * @description When a token of it was last found good here: looked up, introspected, or used to ask for another.
             */
            last_seen_at?: string | null;
            /**
             * Format: int64
             * @description How many tokens that were signed here may still carry it, at most; what others sign with an imported key isn't
             *     counted. `null` while some may be about that a version of before didn't count.
             */
            live_tokens?: number | null;
            /**
             * @description Whether it was made here.
             * @example generated
             */
            origin: string;
            /**
             * Format: date-time
             * @description From when on it can be retired and no good token is refused, as far as one can know; a time that is past means now.
             *     `null` for a key that signs or has ended.
             */
            safe_to_retire_at?: string | null;
            /**
             * @description Where it stands: a pending key is published and does nothing yet, the active one signs, a retiring one verifies
             *     what it signed before, and retired and revoked ones are refused.
             * @example active
             */
            state: string;
            /**
             * Format: date-time
             * @description Until when it verifies, if it signs no more.
             */
            verifies_until?: string | null;
            /**
             * @description What it waits for before it may sign, or go.
             * @example waiting until Talk knows it
             */
            waiting_for?: string | null;
            /** @description Whether it was imported although it is shorter than it should be. */
            weak: boolean;
        } & {
            /**
             * Format: date-time
             * @description When the last token that was issued with it expires by itself. Talk may accept one for as long, and whoever else
             *     has the key can make more.
             */
            accepted_by_talk_until: string;
            /** @description What Talk still accepts, and which act there ends it. */
            note: string;
            /** @description Whether the deployment now has no key that signs, and so issues nothing. Create or activate one. */
            nothing_signs: boolean;
        };
        /** @description A code. */
        ExchangeCode: {
            /**
             * @description The code. It is a secret: hand it to the reader's own browser, in an answer that no cache keeps.
             * @example lyx_5pFQ0vJmX2TzK8cRbN4sWd7HgYeUa1LoB6iVq3
             */
            code: string;
            /** @description Where the browser redeems it. */
            exchange_url: string;
            /**
             * Format: date-time
             * @description When it stops being good, unless it is redeemed before.
             */
            expires_at: string;
        };
        /** @description The CMS's call for a token, by language. */
        ExchangeOut: {
            /** @description For a shell. */
            curl: string;
            /** @description Node. */
            node: string;
            /** @description PHP, and WordPress. */
            php: string;
            /** @description Python. */
            python: string;
        };
        /** @description A reader's token. */
        ExchangedToken: {
            /**
             * Format: date-time
             * @description When it expires.
             */
            expires_at: string;
            /**
             * Format: int64
             * @description After how many seconds to get the next one.
             */
            refresh_after: number;
            /** @description The token, a JWT in compact form (RFC 7519). */
            token: string;
        };
        /** @description What is to be exported. */
        Export: {
            /**
             * @description `env`, or `talk`: settings for Talk v4, as lines of an .env file, with all secrets that it needs. `compose`,
             *     `kubernetes`, `systemd`: the same as a file for docker compose, a Secret, an environment file. `jwks`: the public
             *     keys as a JWK Set (RFC 7517). `pem`: the key pairs as PEM.
             * @example env
             */
            format: string;
            /**
             * @description Talk takes several keys although it had one secret: every live token carries a `kid` by now. The plan among the
             *     deployment's settings says when.
             */
            several?: boolean | null;
            /** @description Whether private keys go out too. Talk needs one only to sign logins of its own. */
            with_private?: boolean | null;
        };
        /** @description Keys that have left. */
        ExportOut: {
            /** @description What whoever applies it must know. */
            notes: string[];
            /** @description What was asked for: settings to paste, a JWK Set, or PEM blocks. */
            text: string;
        };
        /** @description One thing wrong with a request, and where (RFC 9457, section 3: an extension member of the problem). */
        FieldError: {
            /** @description What is wrong. The value itself isn't repeated. */
            detail: string;
            /** @description Name of the parameter of the query, when it is there. */
            parameter?: string;
            /** @description JSON pointer into the body (RFC 6901), when it is there. */
            pointer?: string;
        };
        /** @description How the platform is. */
        Health: {
            /** @description Messages that wait to be mailed. */
            mail: components["schemas"]["MailBacklog"];
            /** @description The servers that run. */
            nodes: components["schemas"]["NodeOut"][];
            /** @description The database. */
            postgres: components["schemas"]["Dependency"];
            redis?: components["schemas"]["Dependency"] | null;
            /**
             * @description How many secrets each master key seals. When a key is to go, its number must be none.
             * @example {
             *       "k1": 42
             *     }
             */
            sealed: {
                [key: string]: number;
            };
        };
        /** @description How much a newsroom has. */
        HoldingsOut: {
            /**
             * Format: int64
             * @description API keys that weren't revoked.
             */
            api_keys: number;
            /**
             * Format: int64
             * @description Deployments.
             */
            deployments: number;
            /**
             * Format: int64
             * @description Members.
             */
            members: number;
            /**
             * Format: int64
             * @description Signing keys that haven't ended.
             */
            signing_keys: number;
            /**
             * Format: int64
             * @description Readers in the directory.
             */
            users: number;
        };
        /** @description A record that wasn't taken. */
        ImportFault: {
            /** @description What is wrong. The value itself isn't repeated. */
            detail: string;
            /**
             * Format: int64
             * @description The line that it begins on, counted from 1.
             */
            line: number;
            /** @description JSON pointer to the member that is wrong, when it is one. */
            pointer?: string;
        };
        /** @description What an import did. */
        ImportOut: {
            /** @description Whether the body was read to its end; not so where the first bad record ended it. */
            complete: boolean;
            /**
             * Format: int64
             * @description Readers who are new.
             */
            created: number;
            /** @description Whether nothing was written, because that was asked for. */
            dry_run: boolean;
            /** @description The first thousand of those. */
            errors: components["schemas"]["ImportFault"][];
            /**
             * Format: int64
             * @description Records that are bad, and weren't taken.
             */
            failed: number;
            /**
             * Format: int64
             * @description How many more there are.
             */
            more_errors: number;
            /**
             * Format: int64
             * @description Readers who were there, and have the new record.
             */
            updated: number;
            /**
             * Format: int64
             * @description Records that are good.
             */
            valid: number;
        };
        /** @description A key that was imported. */
        ImportedKeyOut: {
            /**
             * Format: int64
             * @description The longest lifetime of tokens that others sign with it, in seconds; `null` where it was made here.
             */
            accept_lifetime?: number | null;
            /**
             * Format: date-time
             * @description When it began to sign.
             */
            activated_at?: string | null;
            /**
             * @description Its algorithm.
             * @example HS256
             */
            algorithm: string;
            /**
             * Format: date-time
             * @description When it was made or imported.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at?: string | null;
            /**
             * Format: date-time
             * @description When it first signed here. A key made here that never did can be replaced without an overlap.
             */
            first_used_at?: string | null;
            /**
             * @description Its id, which every token carries that it signs.
             * @example 2026-11-23-1f0c9a3e
             */
            kid: string;
            /**
             * Format: date-time
             * @description When it last signed here. This and the next two are written every few seconds, or once a minute.
             */
            last_issued_at?: string | null;
            /**
             * Format: date-time
             * @description When a token of it was last found good here: looked up, introspected, or used to ask for another.
             */
            last_seen_at?: string | null;
            /**
             * Format: int64
             * @description How many tokens that were signed here may still carry it, at most; what others sign with an imported key isn't
             *     counted. `null` while some may be about that a version of before didn't count.
             */
            live_tokens?: number | null;
            /**
             * @description Whether it was made here.
             * @example generated
             */
            origin: string;
            /**
             * Format: date-time
             * @description From when on it can be retired and no good token is refused, as far as one can know; a time that is past means now.
             *     `null` for a key that signs or has ended.
             */
            safe_to_retire_at?: string | null;
            /**
             * @description Where it stands: a pending key is published and does nothing yet, the active one signs, a retiring one verifies
             *     what it signed before, and retired and revoked ones are refused.
             * @example active
             */
            state: string;
            /**
             * Format: date-time
             * @description Until when it verifies, if it signs no more.
             */
            verifies_until?: string | null;
            /**
             * @description What it waits for before it may sign, or go.
             * @example waiting until Talk knows it
             */
            waiting_for?: string | null;
            /** @description Whether it was imported although it is shorter than it should be. */
            weak: boolean;
        } & {
            /** @description What is to be done now. */
            notes: string[];
            replaced?: components["schemas"]["ReplacedKeyOut"] | null;
            /** @description What you must know about the key. */
            warnings: string[];
        };
        /** @description What is known of a token (RFC 7662, section 2.2). Of one that isn't good, only that. */
        Introspection: {
            /** @description Whether the token is good. */
            active: boolean;
            /** @description The audience. */
            aud?: string | null;
            /**
             * Format: int64
             * @description When it expires, in unix seconds.
             */
            exp?: number | null;
            /**
             * Format: int64
             * @description When it was issued, in unix seconds.
             */
            iat?: number | null;
            /** @description The issuer. */
            iss?: string | null;
            /** @description The token's own id. */
            jti?: string | null;
            /** @description The id of the key that signed it. */
            kid?: string | null;
            /** @description The reader's id. */
            sub?: string | null;
            /** @description `Bearer`. */
            token_type?: string | null;
        };
        /** @description An invitation. Its link is mailed, and shown to nobody. */
        InvitationOut: {
            /**
             * Format: date-time
             * @description When it was mailed.
             */
            created_at: string;
            /**
             * @description Who is invited.
             * @example jane@the-post.example
             */
            email: string;
            /**
             * Format: date-time
             * @description When its link ends.
             */
            expires_at: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * @description Who invites.
             * @example account:0198c5c0-0000-7000-8000-000000000000
             */
            invited_by: string;
            /**
             * @description What they become.
             * @example admin
             */
            role: string;
            /**
             * @description Whether its link is good.
             * @example open
             */
            state: string;
        };
        /** @description A key that Talk uses already. */
        KeyImport: {
            /**
             * Format: int64
             * @description The longest lifetime of tokens accepted under it in seconds, since others sign with it too; 260 days, as the demo
             *     service needs, unless said.
             */
            accept_lifetime?: number | null;
            /** @description Whether an HS256 secret of 16 to 31 bytes is taken. */
            accept_weak?: boolean | null;
            /** @description Whether it signs from now on. The key that signed goes on verifying. */
            activate?: boolean | null;
            /**
             * @description Its algorithm (TALK_JWT_ALG); HS256 unless said.
             * @example HS256
             */
            algorithm?: string | null;
            /** @description What Talk has: the text of TALK_JWT_SECRET to the letter, an entry of TALK_JWT_SECRETS, or PEMs. */
            key: string;
            /** @description Its id; the one in the text unless said, else the day and random letters. */
            kid?: string | null;
            /** @description Whether it only verifies tokens that others sign with it: for Talk's further secrets, or a public key. */
            verify_only?: boolean | null;
        };
        /** @description A JSON Web Key Set. */
        KeySet: {
            /** @description The keys (RFC 7517, section 4). */
            keys: unknown[];
        };
        /** @description Whether a log is whole. */
        LogVerdict: {
            /**
             * Format: int64
             * @description How many events fit together from the first on.
             */
            events: number;
            /** @description What is wrong, where something is. */
            fault?: string | null;
            /**
             * @description The newest of them: its number, a colon and its hash. Keep it elsewhere, and a log that is cut or written anew
             *     later is found out (`lanyard audit verify --expect`).
             * @example 7:3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea
             */
            head?: string | null;
            /** @description Whether no event was changed or removed. */
            intact: boolean;
        };
        /** @description Messages that wait to be mailed. */
        MailBacklog: {
            /**
             * Format: date-time
             * @description Since when the oldest does.
             */
            oldest_at?: string | null;
            /**
             * Format: int64
             * @description How many.
             */
            waiting: number;
        };
        /** @description What a member is to be. */
        MemberChange: {
            /**
             * @description What they may do from now on.
             * @example admin
             */
            role: string;
        };
        /** @description A member of a newsroom. */
        MemberOut: {
            /**
             * @description Their address.
             * @example jane@the-post.example
             */
            email: string;
            /**
             * Format: uuid
             * @description The account's id.
             */
            id: string;
            /**
             * @description The member's name.
             * @example Jane Doe
             */
            name: string;
            /**
             * @description What they are.
             * @example admin
             */
            role: string;
            /**
             * Format: date-time
             * @description Since when they are a member.
             */
            since: string;
        };
        /** @description A newsroom that somebody is a member of. */
        MembershipOut: {
            /**
             * @description What it is called.
             * @example The Post
             */
            name: string;
            /**
             * @description What one may do there.
             * @example owner
             */
            role: string;
            /**
             * @description Whether it is suspended.
             * @example active
             */
            status: string;
            /**
             * @description Its name in URLs.
             * @example the-post
             */
            tenant: string;
            /**
             * Format: uuid
             * @description The newsroom's id.
             */
            tenant_id: string;
        };
        /** @description Where the move stands. */
        MoveOut: {
            /**
             * Format: date-time
             * @description When the last token of Talk ends: while Talk issues, if it were cut over now. `null` when there is none.
             */
            last_talk_token_ends_at?: string | null;
            /**
             * Format: date-time
             * @description When a token of Talk was last issued, give or take some seconds: while that goes on, some page still asks for them.
             */
            last_talk_token_issued_at?: string | null;
            /** @description What comes next, in order. */
            next_steps: string[];
            /**
             * @description `prepare`: Coral has no key that signs; `side-by-side`: both issue; `cut-over`: only Coral does, and tokens of Talk
             *     live on; `done`: the last one has ended.
             */
            stage: string;
        } & {
            /** @description Who would be kept out. */
            readiness: components["schemas"]["ReadinessOut"];
        };
        /** @description Where the move stands, now that something was done. */
        MovedOut: {
            /**
             * Format: date-time
             * @description When the last token of Talk ends: while Talk issues, if it were cut over now. `null` when there is none.
             */
            last_talk_token_ends_at?: string | null;
            /**
             * Format: date-time
             * @description When a token of Talk was last issued, give or take some seconds: while that goes on, some page still asks for them.
             */
            last_talk_token_issued_at?: string | null;
            /** @description What comes next, in order. */
            next_steps: string[];
            /**
             * @description `prepare`: Coral has no key that signs; `side-by-side`: both issue; `cut-over`: only Coral does, and tokens of Talk
             *     live on; `done`: the last one has ended.
             */
            stage: string;
        } & {
            /** @description Who would be kept out, where they were counted: not for a forced cut-over, nor for the way back. */
            readiness?: components["schemas"]["ReadinessOut"];
        };
        /** @description Who registers. */
        NewAccount: {
            /**
             * @description The address. A link is mailed there.
             * @example jane@thepost.example
             */
            email: string;
            /** @description The secret of an invitation's link, where registering takes one. */
            invitation?: string | null;
            /**
             * @description What colleagues see.
             * @example Jane Doe
             */
            name: string;
        };
        /** @description What a new API key is to be. */
        NewApiKey: {
            /** @description Whether its tokens carry badges in Coral, where the deployment allows them; they don't unless said. */
            badges?: boolean | null;
            /**
             * @description The deployments that it is limited to; all unless said.
             * @example [
             *       "default"
             *     ]
             */
            deployments?: string[] | null;
            /**
             * Format: int64
             * @description After how many seconds it ends; never unless said. One that is made by an API key ends no later than that.
             * @example 7776000
             */
            expires_in?: number | null;
            /**
             * @description The highest role that its tokens may carry in Coral, where the deployment allows that much; none unless said.
             * @example STAFF
             */
            max_role?: string | null;
            /**
             * @description What you call it.
             * @example cms
             */
            name: string;
            /**
             * @description What it may do; issue, introspect and revoke tokens unless said.
             * @example [
             *       "tokens:issue"
             *     ]
             */
            scopes?: string[] | null;
        };
        /** @description An API key that was just made. The key itself is shown this once. */
        NewApiKeyOut: {
            /** @description Whether its tokens carry badges in Coral. */
            badges: boolean;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * @description Who made it.
             * @example account:0198c5c0-0000-7000-8000-000000000000
             */
            created_by: string;
            /** @description The deployments that it is limited to; `null`: all. */
            deployments?: string[] | null;
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at?: string | null;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was last used, to the minute.
             */
            last_used_at?: string | null;
            /**
             * @description The highest role that its tokens may carry in Coral; `null`: none.
             * @example STAFF
             */
            max_role?: string | null;
            /**
             * @description What its owner calls it.
             * @example cms
             */
            name: string;
            /**
             * Format: date-time
             * @description When it was revoked.
             */
            revoked_at?: string | null;
            /**
             * @description What it may do.
             * @example [
             *       "tokens:issue"
             *     ]
             */
            scopes: string[];
            /**
             * @description Whether it is good.
             * @example active
             */
            state: string;
            /**
             * @description Its last four characters.
             * @example x7Qd
             */
            tail: string;
        } & {
            /**
             * @description The key. It is stored as a hash and can't be shown again.
             * @example lyd_thepost_…
             */
            api_key: string;
        };
        /** @description A rotation that is to begin. */
        NewCoralRotation: {
            /**
             * Format: password
             * @description Personal access token of somebody who is an admin in Coral. It is sealed, and erased with the rotation's end, or
             *     after an hour.
             */
            admin_token: string;
            /** @description Whether only to look, and tell what would be done. Nothing is changed and nothing kept, the token least of all. */
            dry_run?: boolean | null;
            /**
             * Format: int64
             * @description For how many seconds Coral goes on taking the old secret; unless said, and at least, the longest life of its
             *     tokens and an hour.
             * @example 604800
             */
            overlap?: number | null;
            /**
             * @description Where Coral is, as you know it. The token goes nowhere else: unless it is the deployment's root URL, to the letter,
             *     this is refused, and nothing is sent.
             * @example https://coral.the-post.example
             */
            root_url: string;
        };
        /** @description What a new deployment is to be. */
        NewDeployment: {
            /**
             * @description Audience of its tokens; Talk only. `talk` unless said, as Talk has it.
             * @example talk
             */
            audience?: string | null;
            /** @description Whether tokens carry badges; Coral only. They don't unless said. */
            badges?: boolean | null;
            /**
             * @description Issuer of its tokens; Talk only. The root URL unless said, as Talk has it.
             * @example https://talk.sports.the-post.example
             */
            issuer?: string | null;
            /**
             * @description What it is.
             * @example talk
             */
            kind: string;
            /**
             * @description The highest role that a token may carry, where its reader has one; Coral only. Tokens carry none unless said.
             * @example STAFF
             */
            max_role?: string | null;
            /**
             * @description Its name in URLs.
             * @example sports
             */
            name: string;
            /**
             * @description What tokens tell of the reader besides the id, so that a plugin of Talk needs no look-up; Talk only.
             * @example [
             *       "username",
             *       "email",
             *       "memberSince"
             *     ]
             */
            profile_claims?: string[] | null;
            /**
             * @description Where it is found: what TALK_ROOT_URL says.
             * @example https://talk.sports.the-post.example
             */
            root_url?: string | null;
            /**
             * Format: int64
             * @description Lifetime of a token in seconds; six hours unless said.
             * @example 21600
             */
            token_lifetime?: number | null;
            /**
             * @description Where the reader's id sits in its tokens; Talk only. `sub` unless said, as Talk has it.
             * @example sub
             */
            user_id_claim?: string | null;
        };
        /** @description Who is to be invited. */
        NewInvitation: {
            /**
             * Format: email
             * @description Their address.
             * @example jane@the-post.example
             */
            email: string;
            /**
             * @description What they become.
             * @example admin
             */
            role: string;
        };
        /** @description What a new key is to be. */
        NewKey: {
            /** @description Whether it signs from now on. The key that signed goes on verifying. */
            activate?: boolean | null;
            /**
             * @description Its algorithm; HS256 unless said.
             * @example HS256
             */
            algorithm?: string | null;
            /** @description Its id; the day and random letters unless said. */
            kid?: string | null;
        };
        /** @description A key that was just made, shown. */
        NewKeyOut: {
            /**
             * Format: int64
             * @description The longest lifetime of tokens that others sign with it, in seconds; `null` where it was made here.
             */
            accept_lifetime?: number | null;
            /**
             * Format: date-time
             * @description When it began to sign.
             */
            activated_at?: string | null;
            /**
             * @description Its algorithm.
             * @example HS256
             */
            algorithm: string;
            /**
             * Format: date-time
             * @description When it was made or imported.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at?: string | null;
            /**
             * Format: date-time
             * @description When it first signed here. A key made here that never did can be replaced without an overlap.
             */
            first_used_at?: string | null;
            /**
             * @description Its id, which every token carries that it signs.
             * @example 2026-11-23-1f0c9a3e
             */
            kid: string;
            /**
             * Format: date-time
             * @description When it last signed here. This and the next two are written every few seconds, or once a minute.
             */
            last_issued_at?: string | null;
            /**
             * Format: date-time
             * @description When a token of it was last found good here: looked up, introspected, or used to ask for another.
             */
            last_seen_at?: string | null;
            /**
             * Format: int64
             * @description How many tokens that were signed here may still carry it, at most; what others sign with an imported key isn't
             *     counted. `null` while some may be about that a version of before didn't count.
             */
            live_tokens?: number | null;
            /**
             * @description Whether it was made here.
             * @example generated
             */
            origin: string;
            /**
             * Format: date-time
             * @description From when on it can be retired and no good token is refused, as far as one can know; a time that is past means now.
             *     `null` for a key that signs or has ended.
             */
            safe_to_retire_at?: string | null;
            /**
             * @description Where it stands: a pending key is published and does nothing yet, the active one signs, a retiring one verifies
             *     what it signed before, and retired and revoked ones are refused.
             * @example active
             */
            state: string;
            /**
             * Format: date-time
             * @description Until when it verifies, if it signs no more.
             */
            verifies_until?: string | null;
            /**
             * @description What it waits for before it may sign, or go.
             * @example waiting until Talk knows it
             */
            waiting_for?: string | null;
            /** @description Whether it was imported although it is shorter than it should be. */
            weak: boolean;
        } & {
            /** @description What is to be done now. */
            notes: string[];
            /** @description The public key as PEM; `null` for a secret. */
            public_key?: string | null;
            replaced?: components["schemas"]["ReplacedKeyOut"] | null;
            /** @description The secret; `null` for a key pair. Later only an owner can have it shown. */
            secret?: string | null;
            /**
             * @description Talk's new settings as lines of an .env file. `null` where they would hold other keys' secrets: then an owner
             *     exports them. Also where Talk can't be given the keys, as `notes` says.
             */
            talk_settings?: string | null;
        };
        /** @description Who is to run the platform. */
        NewPlatformAdmin: {
            /**
             * @description The address of an account.
             * @example ops@lanyard.example
             */
            email: string;
        };
        /** @description What somebody logs in with. */
        NewSession: {
            code?: components["schemas"]["String"] | null;
            /**
             * @description The address.
             * @example jane@thepost.example
             */
            email: string;
            /**
             * Format: password
             * @description The password.
             * @example four random words would do
             */
            password: string;
        };
        /** @description The newsroom that you want. */
        NewTenantIn: {
            /**
             * @description Algorithm of its first key; Talk only. HS256 unless said.
             * @example HS256
             */
            algorithm?: string | null;
            /**
             * @description Audience of its tokens; Talk only. `talk` unless said, as Talk has it.
             * @example talk
             */
            audience?: string | null;
            /**
             * @description Issuer of its tokens; Talk only. The root URL unless said, as Talk has it.
             * @example https://talk.the-post.example
             */
            issuer?: string | null;
            /**
             * @description What its first deployment is; Talk unless said.
             * @example talk
             */
            kind?: string | null;
            /**
             * @description Its name for people.
             * @example The Post
             */
            name: string;
            /**
             * @description Where that is found: what TALK_ROOT_URL says.
             * @example https://talk.the-post.example
             */
            root_url?: string | null;
            /**
             * @description Its name in URLs; made from the name unless said.
             * @example the-post
             */
            slug?: string | null;
            /**
             * Format: int64
             * @description Lifetime of a token in seconds; six hours unless said.
             * @example 21600
             */
            token_lifetime?: number | null;
            /**
             * @description Where the reader's id sits in its tokens; Talk only. `sub` unless said, as Talk has it.
             * @example sub
             */
            user_id_claim?: string | null;
        };
        /** @description A newsroom that was just made. The API key, and the secrets in the settings, are shown this once. */
        NewTenantOut: {
            /** @description What its CMS shows. */
            api_key: components["schemas"]["NewApiKeyOut"];
            /** @description Its first deployment. */
            deployment: components["schemas"]["DeploymentOut"];
            /**
             * @description What its Talk is to be told, as lines of an .env file; `null` for Coral, whose secret is made there and imported
             *     here.
             * @example TALK_JWT_ISSUER=https://talk.the-post.example
             *     TALK_JWT_AUDIENCE=talk
             *     TALK_JWT_ALG=HS256
             *     TALK_JWT_SECRETS=…
             */
            talk_settings?: string | null;
            /** @description The newsroom. */
            tenant: components["schemas"]["TenantOut"];
        };
        /** @description What an authenticator app needs. */
        NewTotp: {
            /**
             * @description The secret in base 32, to be typed.
             * @example GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
             */
            secret: string;
            /**
             * @description The same as a URI, for a QR code.
             * @example otpauth://totp/Lanyard:jane%40thepost.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Lanyard
             */
            uri: string;
        };
        /** @description A running server. */
        NodeOut: {
            /**
             * Format: int64
             * @description Seconds since it last said that it lives; it does so every five, and counts as dead after twenty.
             * @example 3
             */
            heartbeat_age: number;
            /**
             * Format: uuid
             * @description Of the process.
             */
            id: string;
            /**
             * @description Ids of the master keys that it holds; it seals with the first.
             * @example [
             *       "k1"
             *     ]
             */
            master_keys: string[];
            /**
             * @description The machine and the process.
             * @example web-1:4242
             */
            name: string;
            /**
             * Format: date-time
             * @description When it started.
             */
            started_at: string;
            /**
             * @description Of Lanyard.
             * @example 0.1.0
             */
            version: string;
            /** @description What it tells of itself. */
            vitals: Record<string, never>;
        };
        /** @description Requests of one kind that ended in one way. */
        OperationUsage: {
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /**
             * @description What was asked.
             * @example validate
             */
            operation: string;
            /**
             * @description `ok`, or why it was refused.
             * @example ok
             */
            reason: string;
        };
        /** @description A page of a list. */
        Page_ApiKeyOut: {
            /** @description The entries. */
            data: {
                /** @description Whether its tokens carry badges in Coral. */
                badges: boolean;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /**
                 * @description Who made it.
                 * @example account:0198c5c0-0000-7000-8000-000000000000
                 */
                created_by: string;
                /** @description The deployments that it is limited to; `null`: all. */
                deployments?: string[] | null;
                /**
                 * Format: date-time
                 * @description When it ends.
                 */
                expires_at?: string | null;
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * Format: date-time
                 * @description When it was last used, to the minute.
                 */
                last_used_at?: string | null;
                /**
                 * @description The highest role that its tokens may carry in Coral; `null`: none.
                 * @example STAFF
                 */
                max_role?: string | null;
                /**
                 * @description What its owner calls it.
                 * @example cms
                 */
                name: string;
                /**
                 * Format: date-time
                 * @description When it was revoked.
                 */
                revoked_at?: string | null;
                /**
                 * @description What it may do.
                 * @example [
                 *       "tokens:issue"
                 *     ]
                 */
                scopes: string[];
                /**
                 * @description Whether it is good.
                 * @example active
                 */
                state: string;
                /**
                 * @description Its last four characters.
                 * @example x7Qd
                 */
                tail: string;
            }[];
            /** @description Where the next page begins; `null` when there is none. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_AuditEvent: {
            /** @description The entries. */
            data: {
                /**
                 * @description What.
                 * @example api_key.create
                 */
                action: string;
                /**
                 * @description Who: an account, an API key, or an operator at a terminal.
                 * @example account:0198c5c0-0000-7000-8000-000000000000
                 */
                actor: string;
                /**
                 * Format: date-time
                 * @description When, to the microsecond.
                 * @example 2026-01-31T12:00:00.000000Z
                 */
                at: string;
                /** @description More about it. */
                detail: Record<string, never>;
                /** @description SHA-256 over the event and the hash of the one before, in hexadecimal. */
                hash: string;
                /**
                 * Format: int64
                 * @description Its place in the log, from one.
                 * @example 7
                 */
                sequence: number;
                /** @description On which thing. Readers have an id here that means nothing elsewhere. */
                target: string;
            }[];
            /** @description Where the next page begins; `null` when there is none. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_CoralRotationOut: {
            /** @description The entries. */
            data: {
                error?: components["schemas"]["RotationErrorOut"] | null;
                /**
                 * Format: date-time
                 * @description When it ended.
                 */
                finished_at?: string | null;
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * @description Coral's new secret, once it is a key here.
                 * @example c1d2e3f4a5b6c7d8
                 */
                new_kid?: string | null;
                /** @description What is left to do, for people. */
                next?: string | null;
                /**
                 * Format: date-time
                 * @description Until when Coral takes the old secret, as it says.
                 */
                old_ends_at?: string | null;
                /**
                 * @description The key that signed when it began.
                 * @example 9f3c1a77d0e2b4c6
                 */
                old_kid?: string | null;
                /**
                 * Format: int64
                 * @description For how many seconds Coral goes on taking the old secret.
                 * @example 604800
                 */
                overlap: number;
                /**
                 * @description Where Coral is, as the deployment said when it began.
                 * @example https://coral.the-post.example
                 */
                root_url: string;
                /**
                 * Format: date-time
                 * @description When it began.
                 */
                started_at: string;
                /**
                 * @description Who began it.
                 * @example account:0198c5c0-0000-7000-8000-000000000000
                 */
                started_by: string;
                /**
                 * @description Where it stands. One that is `interrupted` can be resumed; the last three are ends, and with each the token is erased.
                 * @example done
                 */
                state: string;
                /**
                 * Format: date-time
                 * @description Until when it can be resumed without another token; `null` at its end.
                 */
                token_kept_until?: string | null;
                /** @description What was odd when it began. */
                warnings: string[];
            }[];
            /** @description Where the next page begins; `null` when there is none. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_DeploymentOut: {
            /** @description The entries. */
            data: {
                /**
                 * @description The key that signs.
                 * @example 2026-01-31-1b9d6bcd
                 */
                active_kid?: string | null;
                /**
                 * @description Audience of its tokens.
                 * @example talk
                 */
                audience?: string | null;
                /** @description Whether its tokens carry badges; `null` for a Talk. */
                badges?: boolean | null;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * @description Issuer of its tokens; `null` for Coral, as all else that Coral's tokens don't have.
                 * @example https://talk.the-post.example
                 */
                issuer?: string | null;
                /**
                 * @description What it is.
                 * @example talk
                 */
                kind: string;
                /**
                 * @description The highest role that its tokens may carry; Coral only.
                 * @example STAFF
                 */
                max_role?: string | null;
                /**
                 * @description Its name in URLs.
                 * @example default
                 */
                name: string;
                /**
                 * Format: int64
                 * @description How many keys wait to sign.
                 */
                pending_keys: number;
                /**
                 * @description What its tokens tell of the reader besides the id; `null` for a Coral.
                 * @example [
                 *       "username"
                 *     ]
                 */
                profile_claims?: string[] | null;
                /**
                 * @description Where it is found.
                 * @example https://talk.the-post.example
                 */
                root_url?: string | null;
                /**
                 * Format: int64
                 * @description Lifetime of a token, in seconds.
                 * @example 21600
                 */
                token_lifetime: number;
                /**
                 * @description Where the reader's id sits in its tokens.
                 * @example sub
                 */
                user_id_claim?: string | null;
                /**
                 * Format: int64
                 * @description How many keys verify.
                 */
                verifying_keys: number;
            }[];
            /** @description Where the next page begins; `null` when there is none. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_DirectoryUser: {
            /** @description The entries. */
            data: {
                /**
                 * Format: date-time
                 * @description When the reader came into the directory.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description Since when the reader gets no tokens.
                 */
                disabled_at?: string | null;
                /**
                 * Format: date-time
                 * @description When anything of this was last written.
                 */
                updated_at: string;
                /** @description The newsroom's own record, with its own members in its own order. */
                user: components["schemas"]["User"];
            }[];
            /** @description Where the next page begins; `null` when there is none. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_InvitationOut: {
            /** @description The entries. */
            data: {
                /**
                 * Format: date-time
                 * @description When it was mailed.
                 */
                created_at: string;
                /**
                 * @description Who is invited.
                 * @example jane@the-post.example
                 */
                email: string;
                /**
                 * Format: date-time
                 * @description When its link ends.
                 */
                expires_at: string;
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * @description Who invites.
                 * @example account:0198c5c0-0000-7000-8000-000000000000
                 */
                invited_by: string;
                /**
                 * @description What they become.
                 * @example admin
                 */
                role: string;
                /**
                 * @description Whether its link is good.
                 * @example open
                 */
                state: string;
            }[];
            /** @description Where the next page begins; `null` when there is none. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_MemberOut: {
            /** @description The entries. */
            data: {
                /**
                 * @description Their address.
                 * @example jane@the-post.example
                 */
                email: string;
                /**
                 * Format: uuid
                 * @description The account's id.
                 */
                id: string;
                /**
                 * @description The member's name.
                 * @example Jane Doe
                 */
                name: string;
                /**
                 * @description What they are.
                 * @example admin
                 */
                role: string;
                /**
                 * Format: date-time
                 * @description Since when they are a member.
                 */
                since: string;
            }[];
            /** @description Where the next page begins; `null` when there is none. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_PlatformTenantOut: {
            /** @description The entries. */
            data: {
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * @description Its name for people.
                 * @example The Post
                 */
                name: string;
                /**
                 * @description Its name in URLs.
                 * @example the-post
                 */
                slug: string;
                /**
                 * @description Whether it is served.
                 * @example active
                 */
                status: string;
                /** @description Why it is suspended. */
                suspended_reason?: string | null;
            }[];
            /** @description Where the next page begins; `null` when there is none. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_SessionEntry: {
            /** @description The entries. */
            data: {
                /**
                 * @description Where the log-in came from.
                 * @example 192.0.2.1
                 */
                address: string;
                /**
                 * Format: date-time
                 * @description When it began.
                 */
                created_at: string;
                /** @description Whether it is the one that asks. */
                current: boolean;
                /**
                 * Format: date-time
                 * @description When it ends at the latest.
                 */
                expires_at: string;
                /**
                 * Format: uuid
                 * @description What it is called; no secret.
                 */
                id: string;
                /**
                 * Format: date-time
                 * @description When it was last used, to the minute.
                 */
                last_seen_at: string;
                /** @description What the browser called itself. */
                user_agent: string;
            }[];
            /** @description Where the next page begins; `null` when there is none. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_SigningKeyOut: {
            /** @description The entries. */
            data: {
                /**
                 * Format: int64
                 * @description The longest lifetime of tokens that others sign with it, in seconds; `null` where it was made here.
                 */
                accept_lifetime?: number | null;
                /**
                 * Format: date-time
                 * @description When it began to sign.
                 */
                activated_at?: string | null;
                /**
                 * @description Its algorithm.
                 * @example HS256
                 */
                algorithm: string;
                /**
                 * Format: date-time
                 * @description When it was made or imported.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it ended.
                 */
                ended_at?: string | null;
                /**
                 * Format: date-time
                 * @description When it first signed here. A key made here that never did can be replaced without an overlap.
                 */
                first_used_at?: string | null;
                /**
                 * @description Its id, which every token carries that it signs.
                 * @example 2026-11-23-1f0c9a3e
                 */
                kid: string;
                /**
                 * Format: date-time
                 * @description When it last signed here. This and the next two are written every few seconds, or once a minute.
                 */
                last_issued_at?: string | null;
                /**
                 * Format: date-time
                 * @description When a token of it was last found good here: looked up, introspected, or used to ask for another.
                 */
                last_seen_at?: string | null;
                /**
                 * Format: int64
                 * @description How many tokens that were signed here may still carry it, at most; what others sign with an imported key isn't
                 *     counted. `null` while some may be about that a version of before didn't count.
                 */
                live_tokens?: number | null;
                /**
                 * @description Whether it was made here.
                 * @example generated
                 */
                origin: string;
                /**
                 * Format: date-time
                 * @description From when on it can be retired and no good token is refused, as far as one can know; a time that is past means now.
                 *     `null` for a key that signs or has ended.
                 */
                safe_to_retire_at?: string | null;
                /**
                 * @description Where it stands: a pending key is published and does nothing yet, the active one signs, a retiring one verifies
                 *     what it signed before, and retired and revoked ones are refused.
                 * @example active
                 */
                state: string;
                /**
                 * Format: date-time
                 * @description Until when it verifies, if it signs no more.
                 */
                verifies_until?: string | null;
                /**
                 * @description What it waits for before it may sign, or go.
                 * @example waiting until Talk knows it
                 */
                waiting_for?: string | null;
                /** @description Whether it was imported although it is shorter than it should be. */
                weak: boolean;
            }[];
            /** @description Where the next page begins; `null` when there is none. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_TenantOut: {
            /** @description The entries. */
            data: {
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * @description Its name for people.
                 * @example The Post
                 */
                name: string;
                /**
                 * @description What you are in it; `null` for an API key.
                 * @example owner
                 */
                role?: string | null;
                /**
                 * @description Its name in URLs.
                 * @example the-post
                 */
                slug: string;
                /**
                 * @description Whether it is served.
                 * @example active
                 */
                status: string;
            }[];
            /** @description Where the next page begins; `null` when there is none. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_UnreadyOut: {
            /** @description The entries. */
            data: {
                /**
                 * @description What is wrong, in the words of the counts.
                 * @example [
                 *       "no_email"
                 *     ]
                 */
                faults: string[];
                /**
                 * @description The newsroom's own id.
                 * @example 1
                 */
                id: string;
            }[];
            /** @description Where the next page begins; `null` when there is none. */
            next_cursor?: string | null;
        };
        /** @description Another password. */
        PasswordChange: {
            code?: components["schemas"]["String"] | null;
            /**
             * Format: password
             * @description The password until now.
             * @example four random words would do
             */
            current_password: string;
            /**
             * Format: password
             * @description The new one: at least 12 characters, and not easy to guess.
             * @example or a password manager's own
             */
            new_password: string;
        };
        /** @description A plan. */
        PlanOut: {
            /** @description Where the deployment stands, and what can't be avoided. */
            remarks: string[];
            /** @description What is to be done, in this order. */
            steps: components["schemas"]["StepOut"][];
            /** @description All of it, for people. */
            text: string;
        };
        /** @description Somebody who runs the platform. */
        PlatformAdminOut: {
            /**
             * Format: date-time
             * @description When the account was made.
             */
            created_at: string;
            /**
             * @description Its address.
             * @example ops@lanyard.example
             */
            email: string;
            /**
             * Format: uuid
             * @description The account.
             */
            id: string;
            /** @description What its holder is called. */
            name: string;
            /** @description Whether it logs in with an authenticator app too. */
            totp: boolean;
        };
        /** @description All who run the platform. */
        PlatformAdmins: {
            /** @description By address. */
            data: components["schemas"]["PlatformAdminOut"][];
        };
        /** @description A deployment, as far as the platform is concerned. */
        PlatformDeploymentOut: {
            /**
             * @description Its issuer; Coral's tokens have none.
             * @example https://talk.the-post.example
             */
            issuer?: string | null;
            /**
             * @description `talk` or `coral`.
             * @example talk
             */
            kind: string;
            /**
             * @description Its name in URLs.
             * @example default
             */
            name: string;
        };
        /** @description A newsroom, with what it has, may have and did. */
        PlatformTenantDetail: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * @description Its name for people.
             * @example The Post
             */
            name: string;
            /**
             * @description Its name in URLs.
             * @example the-post
             */
            slug: string;
            /**
             * @description Whether it is served.
             * @example active
             */
            status: string;
            /** @description Why it is suspended. */
            suspended_reason?: string | null;
        } & {
            /** @description Its deployments. */
            deployments: components["schemas"]["PlatformDeploymentOut"][];
            /** @description What it has. */
            holdings: components["schemas"]["HoldingsOut"];
            /** @description What it may have. */
            quota: components["schemas"]["QuotaOut"];
            /**
             * Format: int64
             * @description How many of them were refused.
             */
            refused: number;
            /**
             * Format: int64
             * @description How many requests it had in the last 30 days.
             */
            requests: number;
        };
        /** @description A newsroom as the platform lists it. */
        PlatformTenantOut: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * @description Its name for people.
             * @example The Post
             */
            name: string;
            /**
             * @description Its name in URLs.
             * @example the-post
             */
            slug: string;
            /**
             * @description Whether it is served.
             * @example active
             */
            status: string;
            /** @description Why it is suspended. */
            suspended_reason?: string | null;
        };
        /** @description The platform's usage, in whole hours. */
        PlatformUsage: {
            /**
             * Format: date-time
             * @description The beginning of the first hour.
             */
            from: string;
            /** @description By kind and outcome. */
            operations: components["schemas"]["OperationUsage"][];
            /** @description The hundred busiest newsrooms. */
            tenants: components["schemas"]["TenantUsage"][];
            /**
             * Format: date-time
             * @description The end.
             */
            to: string;
        };
        /** @description A problem as it is answered (RFC 9457, section 3.1). */
        Problem: {
            /** @description What went wrong, for people. */
            detail: string;
            /** @description Each wrong field. */
            errors?: components["schemas"]["FieldError"][];
            /**
             * Format: int32
             * @description The status.
             */
            status: number;
            /** @description The status in words. */
            title: string;
            /** @description `urn:lanyard:problem:` and the problem's name; docs/problems.md has all. */
            type: string;
        };
        /** @description Proof that it is still you. */
        Proof: {
            code?: components["schemas"]["String"] | null;
            /**
             * Format: password
             * @description The password.
             * @example four random words would do
             */
            password: string;
        };
        /** @description What a newsroom may have. What isn't said, or is `null`, is as the platform has it. */
        QuotaIn: {
            /**
             * Format: int64
             * @description API keys that haven't ended.
             */
            api_keys?: number | null;
            /**
             * Format: int64
             * @description Deployments.
             */
            deployments?: number | null;
            /**
             * Format: int64
             * @description Members and open invitations.
             */
            members?: number | null;
            /**
             * Format: int64
             * @description Requests to the management API in a second, over a while.
             */
            requests_per_second?: number | null;
            /**
             * Format: int64
             * @description Signing keys that haven't ended.
             */
            signing_keys?: number | null;
            /**
             * Format: int64
             * @description Readers in the directory.
             * @example 20000000
             */
            users?: number | null;
        };
        /** @description The most of each thing. */
        QuotaOut: {
            /**
             * Format: int64
             * @description API keys that haven't ended.
             * @example 100
             */
            api_keys: number;
            /**
             * Format: int64
             * @description Deployments.
             * @example 50
             */
            deployments: number;
            /**
             * Format: int64
             * @description Members and open invitations.
             * @example 200
             */
            members: number;
            /**
             * Format: int64
             * @description Requests to the management API in a second, over a while.
             * @example 200
             */
            requests_per_second: number;
            /**
             * Format: int64
             * @description Signing keys that haven't ended.
             * @example 100
             */
            signing_keys: number;
            /**
             * Format: int64
             * @description Readers in the directory.
             * @example 5000000
             */
            users: number;
        };
        /** @description Which reader. */
        ReaderId: {
            /**
             * @description The newsroom's own id.
             * @example 1
             */
            id: string;
        };
        /** @description A reader's record: the newsroom's own JSON object. */
        ReaderRecord: {
            /** @description E-mail address. */
            email?: string | null;
            /**
             * @description The newsroom's own id.
             * @example 1
             */
            id: string;
            /** @description Name shown beside comments. */
            username?: string | null;
        };
        /** @description A reader's token. */
        ReaderToken: {
            /** @description The token, a JWT in compact form (RFC 7519). */
            token: string;
        };
        /** @description How many readers Coral would take as they are, and what is wrong with the others. Disabled readers don't count. */
        ReadinessOut: {
            /**
             * Format: int64
             * @description With a picture that Coral doesn't show, since its address has another ending than .jpg, .jpeg, .gif, .png or .webp.
             *     Tokens leave it out; it keeps nobody out.
             */
            avatar_not_shown: number;
            /**
             * Format: int64
             * @description With an e-mail address that Coral doesn't take: over 100 characters, or nothing like name@host.example.
             */
            bad_email: number;
            /**
             * Format: int64
             * @description With an e-mail address that another reader has too: Coral would take the second for the first.
             */
            double_email: number;
            /**
             * Format: int64
             * @description With an id that looks like an e-mail address: Coral shows ids.
             */
            email_as_id: number;
            /**
             * Format: int64
             * @description Without an e-mail address, which Coral wants.
             */
            no_email: number;
            /**
             * Format: int64
             * @description Without a username, which Coral wants.
             */
            no_username: number;
            /**
             * Format: int64
             * @description All readers.
             */
            readers: number;
            /**
             * Format: int64
             * @description Those with whom nothing is wrong.
             */
            ready: number;
        };
        /** @description Recovery codes, shown this once. */
        RecoveryCodesOut: {
            /**
             * @description Each is good once, in place of the app.
             * @example [
             *       "7k2m-9xq4-0bht-rw3e"
             *     ]
             */
            recovery_codes: string[];
        };
        /** @description What a browser presents. */
        Redemption: {
            /**
             * @description The code, as the newsroom's site gave it.
             * @example lyx_5pFQ0vJmX2TzK8cRbN4sWd7HgYeUa1LoB6iVq3
             */
            code: string;
        };
        /** @description The issuer that is to be free again. */
        Release: {
            /**
             * @description As it stands in tokens.
             * @example https://talk.the-post.example
             */
            issuer: string;
        };
        /** @description What was released. */
        ReleaseOut: {
            /**
             * @description The issuer of those of its deployments that had it, from now on.
             * @example [
             *       "urn:lanyard:released:0198c5c0-0000-7000-8000-000000000000"
             *     ]
             */
            now: string[];
            /**
             * @description The newsroom that had the issuer.
             * @example the-post
             */
            tenant: string;
        };
        /** @description What became of the key that signed. */
        ReplacedKeyOut: {
            /** @description Its id. */
            kid: string;
            /**
             * Format: date-time
             * @description Until when it verifies what it signed; `null` where it never signed anything, and so ended at once.
             */
            verifies_until?: string | null;
        };
        /** @description A new password, by a link. */
        Reset: {
            /**
             * Format: password
             * @description At least 12 characters, and not easy to guess.
             * @example four random words would do
             */
            password: string;
            /**
             * @description The secret of the link.
             * @example Hq2uT0mJkq0l7Zr1dTn6GfU3xX2aEwqJ0c9vH5sYtAM
             */
            token: string;
        };
        /** @description Whose password is forgotten. */
        ResetRequest: {
            /**
             * @description The address.
             * @example jane@thepost.example
             */
            email: string;
        };
        /** @description How a rotation goes on. */
        ResumedCoralRotation: {
            /**
             * Format: password
             * @description Another token of an admin in Coral, where the first isn't kept any more, or isn't good.
             */
            admin_token?: string | null;
        };
        /** @description How a key is retired. */
        Retirement: {
            /** @description Whether it is retired although readers may have tokens of it, which are refused from then on. */
            force?: boolean | null;
        };
        /** @description A signing key, shown. */
        RevealedKeyOut: {
            /**
             * @description Its algorithm.
             * @example HS256
             */
            algorithm: string;
            /** @description Its id. */
            kid: string;
            /** @description The private key as PEM; `null` for a secret, and where only the public half was imported. */
            private_key?: string | null;
            /** @description The public key as PEM; `null` for a secret. */
            public_key?: string | null;
            /** @description The secret, to the letter; `null` for a key pair. */
            secret?: string | null;
        };
        /** @description What became of a token. */
        Revoked: {
            /** @description Until when Talk, which verifies alone, still accepts it. */
            accepted_by_talk_until?: string | null;
            /** @description What Talk makes of it. */
            note: string;
            /** @description Whether it was good until now. */
            revoked: boolean;
        };
        /** @description How an API key is rotated. */
        Rotation: {
            /**
             * Format: int64
             * @description For how many seconds the old key goes on; a week unless said.
             * @example 604800
             */
            overlap?: number | null;
        };
        /** @description Why a rotation was interrupted. */
        RotationErrorOut: {
            /** @description What went wrong, for people. */
            detail: string;
            /**
             * @description The problem's name, as docs/problems.md has it.
             * @example coral-unreachable
             */
            problem: string;
        };
        /** @description How far a rotation has come, and what to do next. */
        RotationOut: {
            /**
             * Format: date-time
             * @description When that can be done, where one has to wait.
             */
            at?: string | null;
            /** @description The key that `next` speaks of. */
            key?: string | null;
            /** @description What to do next, in one line. */
            next: string;
            /**
             * @description The key that signs.
             * @example 2026-11-23-1f0c9a3e
             */
            signs?: string | null;
            /**
             * @description `no-key`: nothing signs. `steady`: one key signs, and no other is about. `waiting`: a new key waits until it may
             *     sign. `overlap`: the new key signs, and readers have tokens of the old one. `retire`: the old one can go.
             * @example waiting
             */
            step: string;
        };
        /** @description A session, in the list of its holder. */
        SessionEntry: {
            /**
             * @description Where the log-in came from.
             * @example 192.0.2.1
             */
            address: string;
            /**
             * Format: date-time
             * @description When it began.
             */
            created_at: string;
            /** @description Whether it is the one that asks. */
            current: boolean;
            /**
             * Format: date-time
             * @description When it ends at the latest.
             */
            expires_at: string;
            /**
             * Format: uuid
             * @description What it is called; no secret.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was last used, to the minute.
             */
            last_seen_at: string;
            /** @description What the browser called itself. */
            user_agent: string;
        };
        /** @description A session that was just opened or renewed. The cookie comes with it. */
        SessionOut: {
            /** @description Who is logged in. */
            account: components["schemas"]["AccountOut"];
            /**
             * @description Send this as X-CSRF-Token with every change. It is good for this session only.
             * @example p8Yb1Q0mJkq0l7Zr1dTn6GfU3xX2aEwqJ0c9vH5sYtA
             */
            csrf_token: string;
            /**
             * Format: date-time
             * @description When the session ends at the latest.
             */
            expires_at: string;
            /**
             * Format: date-time
             * @description Until when what asks for a proved password can be done.
             */
            proved_until: string;
        };
        /** @description What is to change; what isn't named, or is `null`, stays. */
        SettingsChange: {
            /** @description Whether issuing tokens are accepted as the demo service mints them, not only API keys. */
            accept_issuing_tokens?: boolean | null;
            /** @description Whether readers' ids may look like e-mail addresses, although Talk takes such an id for the account that has it. */
            allow_email_ids?: boolean | null;
            /**
             * @description The sites whose pages may exchange codes for tokens, in place of those before: scheme, host and port as browsers
             *     send them in the Origin header. `http` for localhost only.
             * @example [
             *       "https://www.the-post.example"
             *     ]
             */
            allowed_origins?: string[] | null;
            /**
             * @description Audience of issuing tokens; none that readers' tokens have.
             * @example TALK_TOKEN_EXAMPLE_AUDIENCE
             */
            issuing_audience?: string | null;
            /**
             * @description Subject of issuing tokens.
             * @example TALK_TOKEN_EXAMPLE
             */
            issuing_subject?: string | null;
            /**
             * @description Its name for people.
             * @example The Post
             */
            name?: string | null;
        };
        /** @description A newsroom's own settings. */
        SettingsOut: {
            /** @description Whether issuing tokens are accepted as the demo service mints them, not only API keys. */
            accept_issuing_tokens: boolean;
            /** @description Whether readers' ids may look like e-mail addresses, although Talk takes such an id for the account that has it. */
            allow_email_ids: boolean;
            /**
             * @description The sites whose pages may exchange codes for tokens.
             * @example [
             *       "https://www.the-post.example"
             *     ]
             */
            allowed_origins: string[];
            /**
             * @description Audience of issuing tokens.
             * @example TALK_TOKEN_EXAMPLE_AUDIENCE
             */
            issuing_audience: string;
            /**
             * @description Subject of issuing tokens.
             * @example TALK_TOKEN_EXAMPLE
             */
            issuing_subject: string;
            /**
             * @description Its name for people.
             * @example The Post
             */
            name: string;
        };
        /** @description A signing key, without the key. */
        SigningKeyOut: {
            /**
             * Format: int64
             * @description The longest lifetime of tokens that others sign with it, in seconds; `null` where it was made here.
             */
            accept_lifetime?: number | null;
            /**
             * Format: date-time
             * @description When it began to sign.
             */
            activated_at?: string | null;
            /**
             * @description Its algorithm.
             * @example HS256
             */
            algorithm: string;
            /**
             * Format: date-time
             * @description When it was made or imported.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at?: string | null;
            /**
             * Format: date-time
             * @description When it first signed here. A key made here that never did can be replaced without an overlap.
             */
            first_used_at?: string | null;
            /**
             * @description Its id, which every token carries that it signs.
             * @example 2026-11-23-1f0c9a3e
             */
            kid: string;
            /**
             * Format: date-time
             * @description When it last signed here. This and the next two are written every few seconds, or once a minute.
             */
            last_issued_at?: string | null;
            /**
             * Format: date-time
             * @description When a token of it was last found good here: looked up, introspected, or used to ask for another.
             */
            last_seen_at?: string | null;
            /**
             * Format: int64
             * @description How many tokens that were signed here may still carry it, at most; what others sign with an imported key isn't
             *     counted. `null` while some may be about that a version of before didn't count.
             */
            live_tokens?: number | null;
            /**
             * @description Whether it was made here.
             * @example generated
             */
            origin: string;
            /**
             * Format: date-time
             * @description From when on it can be retired and no good token is refused, as far as one can know; a time that is past means now.
             *     `null` for a key that signs or has ended.
             */
            safe_to_retire_at?: string | null;
            /**
             * @description Where it stands: a pending key is published and does nothing yet, the active one signs, a retiring one verifies
             *     what it signed before, and retired and revoked ones are refused.
             * @example active
             */
            state: string;
            /**
             * Format: date-time
             * @description Until when it verifies, if it signs no more.
             */
            verifies_until?: string | null;
            /**
             * @description What it waits for before it may sign, or go.
             * @example waiting until Talk knows it
             */
            waiting_for?: string | null;
            /** @description Whether it was imported although it is shorter than it should be. */
            weak: boolean;
        };
        /** @description A step of a plan. */
        StepOut: {
            /** @description The command that does it, if one does. */
            command?: string | null;
            /**
             * Format: date-time
             * @description Not before this time.
             */
            not_before?: string | null;
            /** @description What is done. */
            task: string;
            /** @description What is true afterwards. */
            then: string;
            /** @description Who does it. */
            who: string;
        };
        Storable: unknown;
        String: string;
        /** @description Why a newsroom is suspended. */
        Suspension: {
            /**
             * @description The reason, for its owners to read.
             * @example Unpaid since March
             */
            reason: string;
        };
        /** @description Talk's settings in the forms that Talk is run with. */
        TalkFormsOut: {
            /** @description A file for docker compose. */
            compose: string;
            /**
             * @description Lines of an .env file.
             * @example TALK_JWT_ISSUER=https://talk.the-post.example
             */
            env: string;
            /** @description A Secret of Kubernetes. */
            kubernetes: string;
            /** @description An environment file of systemd. */
            systemd: string;
        };
        /** @description A newsroom, as a member sees it. */
        TenantOut: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * @description Its name for people.
             * @example The Post
             */
            name: string;
            /**
             * @description What you are in it; `null` for an API key.
             * @example owner
             */
            role?: string | null;
            /**
             * @description Its name in URLs.
             * @example the-post
             */
            slug: string;
            /**
             * @description Whether it is served.
             * @example active
             */
            status: string;
        };
        /** @description One newsroom's requests. */
        TenantUsage: {
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /**
             * Format: int64
             * @description How many of them were refused.
             */
            refused: number;
            /**
             * @description Which.
             * @example the-post
             */
            tenant: string;
        };
        /** @description Tokens that are wanted. */
        TokenBatch: {
            /** @description Each as for one token. */
            tokens: components["schemas"]["TokenRequest"][];
        };
        /** @description What is to be checked. */
        TokenCheck: {
            /**
             * @description The deployment that it should be for; `default` unless named.
             * @example default
             */
            deployment?: string | null;
            /**
             * @description What the Talk or Coral in question is set to: `TALK_JWT_*` as an .env file, docker-compose, a Kubernetes manifest, a
             *     systemd unit or shell lines; or a secret alone, or a JSON list of `{kid, secret}`. At most 32 KiB. Used in memory
             *     only. Without it, Talk and Coral are taken to be set as they should be.
             * @example TALK_JWT_ISSUER=https://talk.news.example
             */
            settings?: string | null;
            /**
             * @description The token, also with `Bearer`, quotes or line breaks around it. At most 24 KiB.
             * @example eyJhbGciOiJIUzI1NiJ9.e30.c2ln
             */
            token: string;
        };
        /**
         * @description What became of one rule.
         * @enum {string}
         */
        TokenCheckOutcome: "pass" | "fail" | "warning" | "not-applicable";
        /** @description Why a token would or wouldn't be accepted. */
        TokenCheckReport: {
            /** @description Whether the deployment's product and Lanyard both take the token. */
            accepted: boolean;
            /** @description Its claims, where they can be read. */
            claims?: Record<string, never> | null;
            /** @description The same in a sentence. */
            detail?: string | null;
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at?: string | null;
            /** @description The token's header, where it can be read. */
            header?: Record<string, never> | null;
            /** @description Its own id. */
            jti?: string | null;
            /** @description The key that it names. */
            kid?: string | null;
            /**
             * @description The deployment's product: `talk` or `coral`.
             * @example talk
             */
            product: string;
            /** @description What it is for: `reader` or `issuing`. */
            purpose?: string | null;
            /**
             * @description Why it isn't accepted, as a stable word: Lanyard's reason, or else the first rule that it breaks.
             * @example expired
             */
            reason?: string | null;
            /** @description The rules, product by product. */
            sections: components["schemas"]["TokenCheckSection"][];
            settings?: components["schemas"]["TokenCheckSettings"] | null;
            /** @description The reader's id, as the deployment finds it. */
            user?: string | null;
            /**
             * @description Whether the reader is in the directory; `null` where nobody looked, as for a token that the deployment's keys didn't
             *     sign.
             */
            user_known?: boolean | null;
        };
        /** @description One rule, and what became of it. */
        TokenCheckRule: {
            /** @description What was found, with the values. Never a secret. */
            detail: string;
            /**
             * @description The rule's name, which stays.
             * @example talk-issuer
             */
            id: string;
            /** @description What to do about it. */
            mend?: string | null;
            outcome: components["schemas"]["TokenCheckOutcome"];
            /** @description The rule in plain words. */
            title: string;
        };
        /** @description The rules of one product. */
        TokenCheckSection: {
            /** @description The rules, in the order in which they are best mended. */
            checks: components["schemas"]["TokenCheckRule"][];
            /** @description Whether the verdict counts for the deployment that was asked about. */
            counts: boolean;
            /**
             * @description `token`, `talk`, `coral`, `coral-oidc` or `lanyard`.
             * @example talk
             */
            id: string;
            /** @description The verdict in a sentence. */
            summary: string;
            /** @description The product in plain words. */
            title: string;
            verdict: components["schemas"]["TokenCheckVerdict"];
        };
        /** @description A setting that was found. */
        TokenCheckSetting: {
            /**
             * Format: int64
             * @description The line that it begins in, from 1.
             */
            line: number;
            /** @description Its name. */
            name: string;
            /** @description Its value, unless that is secret. */
            value?: string | null;
        };
        /** @description What was found in the pasted settings. */
        TokenCheckSettings: {
            /**
             * @description The form that they were taken for: `env`, `shell`, `systemd`, `yaml`, `secrets` or `unknown`.
             * @example env
             */
            form: string;
            /** @description What was taken from them. */
            taken: components["schemas"]["TokenCheckSetting"][];
            /** @description What couldn't be read. */
            unread: components["schemas"]["TokenCheckUnread"][];
        };
        /** @description A line that couldn't be read. */
        TokenCheckUnread: {
            /**
             * Format: int64
             * @description The line, from 1.
             */
            line: number;
            /** @description Why not, and what to paste instead. */
            reason: string;
        };
        /**
         * @description What a product makes of the token.
         * @enum {string}
         */
        TokenCheckVerdict: "accepted" | "refused" | "anonymous" | "not-applicable";
        /** @description A reader's token. */
        TokenOut: {
            /**
             * Format: date-time
             * @description When it expires.
             */
            expires_at: string;
            /** @description The id of the key that signed it. */
            kid: string;
            /** @description The token, a JWT in compact form (RFC 7519). */
            token: string;
            /**
             * Format: uuid
             * @description Its own id (`jti`).
             */
            token_id: string;
            /** @description The reader's id. */
            user_id: string;
        };
        /** @description A token, or why there is none. */
        TokenOutcome: components["schemas"]["TokenOut"] | components["schemas"]["TokenRefused"];
        /** @description The parameters of both; `token_type_hint` and others are ignored, as the RFCs ask. */
        TokenQuestion: {
            /**
             * @description The deployment that it is for; `default` unless named.
             * @example default
             */
            deployment?: string | null;
            /**
             * @description The token.
             * @example eyJhbGciOiJIUzI1NiJ9.e30.c2ln
             */
            token: string;
        };
        /** @description Why there is no token. */
        TokenRefused: {
            /** @description The problem, as it would be answered to one such request. */
            problem: components["schemas"]["Problem"];
        };
        /** @description A token that is wanted. */
        TokenRequest: {
            /**
             * @description The deployment that the token is for; `default` unless named.
             * @example default
             */
            deployment?: string | null;
            /** @description The newsroom's own id of a reader in the directory; or a whole record, which is put into the directory first. */
            user: components["schemas"]["TokenUser"];
        };
        /** @description A reader's id, or a whole record. */
        TokenUser: string | components["schemas"]["User"];
        /** @description A reader's tokens are refused from now on. */
        TokensRevoked: {
            /**
             * Format: date-time
             * @description The latest second to which Talk may go on accepting one of those tokens.
             */
            accepted_by_talk_until: string;
            /**
             * Format: date-time
             * @description Up to which second tokens were issued that are refused; `null` where none is good any more, whenever issued.
             */
            issued_until?: string | null;
            /** @description What that means, and what ends the rest. */
            note: string;
            /** @description Always. */
            revoked: boolean;
        };
        /** @description A code that the app shows. */
        TotpConfirmation: {
            /** @description Six digits. */
            code: components["schemas"]["String"];
        };
        /** @description A reader whom Coral would keep out. */
        UnreadyOut: {
            /**
             * @description What is wrong, in the words of the counts.
             * @example [
             *       "no_email"
             *     ]
             */
            faults: string[];
            /**
             * @description The newsroom's own id.
             * @example 1
             */
            id: string;
        };
        /** @description Requests of one kind in one hour or day. */
        UsageOut: {
            /**
             * Format: date-time
             * @description When the hour or day begins.
             */
            at: string;
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /**
             * @description How many took up to each of `latency_bounds_us`; the last number is of those that took longer.
             * @example [
             *       930,
             *       41,
             *       3,
             *       0,
             *       0,
             *       0,
             *       0,
             *       0
             *     ]
             */
            latency: number[];
            /**
             * @description `issue`, `validate`, `introspect`, `revoke` or `manage`.
             * @example validate
             */
            operation: string;
            /**
             * @description `ok`, or why they were refused, in the words of the log.
             * @example expired
             */
            reason: string;
        };
        /** @description Usage. Counts are written every ten seconds, and kept for 400 days. */
        UsagePage: {
            /** @description In the order of time. What has no requests isn't there. */
            data: components["schemas"]["UsageOut"][];
            /**
             * Format: date-time
             * @description The beginning of the first hour or day.
             */
            from: string;
            /** @description Upper bounds of latencies, in microseconds. A latency is the server's own, without the network. */
            latency_bounds_us: number[];
            /**
             * Format: date-time
             * @description The end of the last.
             */
            to: string;
        };
        /**
         * @description A reader's record, of 64 KiB at most. Members of other names are kept as they are, and answered in their own order.
         * @example {
         *       "email": "ann@example.org",
         *       "id": "42",
         *       "premium": true,
         *       "username": "ann"
         *     }
         */
        User: {
            /** @description The reader's picture. */
            avatar?: string | null;
            /** @description Badges shown beside the name. */
            badges?: string[] | null;
            /** @description E-mail address. */
            email?: string | null;
            /** @description Whether the newsroom has seen that the address is the reader's. */
            email_verified?: boolean | null;
            /** @description The newsroom's own id, compared to the letter. */
            id: string;
            /** @description When the reader joined: Unix seconds, or RFC 3339. */
            member_since?: number | string | null;
            /** @description Role in the comments. */
            role?: string | null;
            /** @description The reader's profile page. */
            url?: string | null;
            /** @description Name shown beside comments. */
            username?: string | null;
        } & {
            [key: string]: components["schemas"]["Storable"];
        };
        /**
         * @description A merge patch of a record (RFC 7396): `null` takes a member away.
         * @example {
         *       "email": "ann@example.org",
         *       "premium": null
         *     }
         */
        UserPatch: {
            /** @description The reader's picture. */
            avatar?: string | null;
            /** @description Badges shown beside the name. */
            badges?: string[] | null;
            /** @description E-mail address. */
            email?: string | null;
            /** @description Whether the newsroom has seen that the address is the reader's. */
            email_verified?: boolean | null;
            /** @description When the reader joined: Unix seconds, or RFC 3339. */
            member_since?: number | string | null;
            /** @description Role in the comments. */
            role?: string | null;
            /** @description The reader's profile page. */
            url?: string | null;
            /** @description Name shown beside comments. */
            username?: string | null;
        } & {
            [key: string]: components["schemas"]["Storable"];
        };
        /** @description Proof that an address is yours, and the password of the new account. */
        Verification: {
            /**
             * Format: password
             * @description At least 12 characters, and not easy to guess.
             * @example four random words would do
             */
            password: string;
            /**
             * @description The secret of the link.
             * @example Hq2uT0mJkq0l7Zr1dTn6GfU3xX2aEwqJ0c9vH5sYtAM
             */
            token: string;
        };
        /** @description Who is logged in, and what that opens. */
        WhoAmI: {
            account: components["schemas"]["AccountOut"];
            /** @description Send this as X-CSRF-Token with every change. */
            csrf_token: string;
            /**
             * Format: date-time
             * @description When the session ends at the latest.
             */
            expires_at: string;
            /** @description The newsrooms. */
            memberships: components["schemas"]["MembershipOut"][];
            /**
             * Format: date-time
             * @description Until when what asks for a proved password can be done; may be past.
             */
            proved_until: string;
            /**
             * Format: int64
             * @description How many recovery codes are left.
             */
            recovery_codes_left: number;
            /**
             * Format: uuid
             * @description The session that asks.
             */
            session_id: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    look_up_reader: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newsroom's own record of the reader */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReaderRecord"];
                };
            };
        };
    };
    exchange_reader_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReaderId"];
            };
        };
        responses: {
            /** @description The reader's token */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReaderToken"];
                };
            };
        };
    };
    public_keys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeySet"];
                };
            };
        };
    };
    redeem_exchange_code: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Redemption"];
            };
        };
        responses: {
            /** @description The token */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExchangedToken"];
                };
            };
        };
    };
    get_script: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The script */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                };
            };
            /** @description The browser has it already */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    public_keys_of_deployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeySet"];
                };
            };
        };
    };
    who_am_i: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account, its newsrooms and this session */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhoAmI"];
                };
            };
        };
    };
    update_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountChange"];
            };
        };
        responses: {
            /** @description The account as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountOut"];
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description The session's new CSRF token; Set-Cookie holds its new id */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionOut"];
                };
            };
        };
    };
    prove_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Proof"];
            };
        };
        responses: {
            /** @description The session's new CSRF token; Set-Cookie holds its new id */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionOut"];
                };
            };
        };
    };
    replace_recovery_codes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recovery codes, for when the app is lost */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodesOut"];
                };
            };
        };
    };
    begin_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the app needs */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewTotp"];
                };
            };
        };
    };
    remove_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A log-in takes no code any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    confirm_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TotpConfirmation"];
            };
        };
        responses: {
            /** @description Recovery codes, for when the app is lost */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodesOut"];
                };
            };
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAccount"];
            };
        };
        responses: {
            /** @description A letter goes to the address, with a link that is good for a day, unless it had several lately */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckYourMail"];
                };
            };
        };
    };
    request_reset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetRequest"];
            };
        };
        responses: {
            /** @description A letter goes to the address, with a link that is good for an hour, unless it had several lately */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckYourMail"];
                };
            };
        };
    };
    reset_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reset"];
            };
        };
        responses: {
            /** @description The password is set, and its holder is logged in */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionOut"];
                };
            };
            /** @description The password is set. Log in with it, and with a code of the authenticator app */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    verify_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Verification"];
            };
        };
        responses: {
            /** @description The account is made, and its holder is logged in */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionOut"];
                };
            };
        };
    };
    accept_invitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: a repeat does nothing twice, and is answered as the first was. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Acceptance"];
            };
        };
        responses: {
            /** @description You are a member */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedOut"];
                };
            };
        };
    };
    list_platform_admins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlatformAdmins"];
                };
            };
        };
    };
    grant_platform_admin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPlatformAdmin"];
            };
        };
        responses: {
            /** @description They do, from now on */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    revoke_platform_admin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the account */
                admin: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They don't any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_platform_audit_events: {
        parameters: {
            query?: {
                /** @description How many; 50 unless said. */
                limit?: number;
                /** @description Where to begin: `next_cursor` of the page before. */
                cursor?: string;
                /** @description Of this actor only. */
                actor?: string;
                /** @description Of this act only, such as `key.rotate`. */
                action?: string;
                /** @description On this thing only. */
                target?: string;
                /** @description The earliest. */
                from?: string;
                /** @description The time after the latest. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditEvent"];
                };
            };
        };
    };
    get_platform_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    release_issuer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Release"];
            };
        };
        responses: {
            /** @description It is free */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseOut"];
                };
            };
        };
    };
    list_platform_tenants: {
        parameters: {
            query?: {
                /** @description How many; 50 unless said. */
                limit?: number;
                /** @description Where to begin: `next_cursor` of the page before. */
                cursor?: string;
                /** @description What the slug or the name holds, in any case. */
                search?: string;
                /** @description Only those that are `active`, or `suspended`. */
                status?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PlatformTenantOut"];
                };
            };
        };
    };
    get_platform_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newsroom */
            200: {
                headers: {
                    /** @description Version of its settings, for If-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlatformTenantDetail"];
                };
            };
        };
    };
    set_quota: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that you saw: nothing is changed if there is another now */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuotaIn"];
            };
        };
        responses: {
            /** @description What it may have now */
            200: {
                headers: {
                    /** @description Version of its settings, for If-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaOut"];
                };
            };
        };
    };
    resume_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is served */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    suspend_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Suspension"];
            };
        };
        responses: {
            /** @description It is suspended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_platform_usage: {
        parameters: {
            query?: {
                /** @description The beginning; the day before `to` unless said. */
                from?: string;
                /** @description The end; now unless said. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its usage */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlatformUsage"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, on one page: there are 50 at the most */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SessionEntry"];
                };
            };
        };
    };
    log_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSession"];
            };
        };
        responses: {
            /** @description A session. Set-Cookie holds its id */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionOut"];
                };
            };
        };
    };
    end_other_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They have ended, on every server */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the session, or `current` */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended, on every server */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_tenants: {
        parameters: {
            query?: {
                /** @description How many; 50 unless said. */
                limit?: number;
                /** @description Where to begin: `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_TenantOut"];
                };
            };
        };
    };
    create_tenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: a repeat does nothing twice, and is answered as the first was. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTenantIn"];
            };
        };
        responses: {
            /** @description The newsroom */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewTenantOut"];
                };
            };
        };
    };
    get_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newsroom */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantOut"];
                };
            };
        };
    };
    list_api_keys: {
        parameters: {
            query?: {
                /** @description How many; 50 unless said. */
                limit?: number;
                /** @description Where to begin: `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ApiKeyOut"];
                };
            };
        };
    };
    create_api_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: a repeat does nothing twice, and is answered as the first was. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            /** @description The API key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiKeyOut"];
                };
            };
        };
    };
    get_api_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Id of the API key */
                api_key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The API key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyOut"];
                };
            };
        };
    };
    revoke_api_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Id of the API key */
                api_key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is refused */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    rotate_api_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: a repeat does nothing twice, and is answered as the first was. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Id of the API key */
                api_key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rotation"];
            };
        };
        responses: {
            /** @description The new API key, with the old one's name, scopes and limits */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiKeyOut"];
                };
            };
        };
    };
    list_audit_events: {
        parameters: {
            query?: {
                /** @description How many; 50 unless said. */
                limit?: number;
                /** @description Where to begin: `next_cursor` of the page before. */
                cursor?: string;
                /** @description Of this actor only. */
                actor?: string;
                /** @description Of this act only, such as `key.rotate`. */
                action?: string;
                /** @description On this thing only. */
                target?: string;
                /** @description The earliest. */
                from?: string;
                /** @description The time after the latest. */
                to?: string;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditEvent"];
                };
            };
        };
    };
    export_audit_events: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The log */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
        };
    };
    verify_audit_events: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether the log is whole */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogVerdict"];
                };
            };
        };
    };
    list_deployments: {
        parameters: {
            query?: {
                /** @description How many; 50 unless said. */
                limit?: number;
                /** @description Where to begin: `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DeploymentOut"];
                };
            };
        };
    };
    create_deployment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: a repeat does nothing twice, and is answered as the first was. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDeployment"];
            };
        };
        responses: {
            /** @description The deployment */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentOut"];
                };
            };
        };
    };
    get_deployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The deployment */
            200: {
                headers: {
                    /** @description Its version, for If-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentOut"];
                };
            };
        };
    };
    delete_deployment: {
        parameters: {
            query?: {
                /** @description Delete it although its keys still verify: its tokens are refused at once. */
                force?: boolean;
            };
            header?: {
                /** @description The version that you saw */
                "If-Match"?: string;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone, and its tokens are refused here. Talk and Coral verify alone: they accept them until they expire, or until their own secret is changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_deployment: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that you saw */
                "If-Match"?: string;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeploymentChange"];
            };
        };
        responses: {
            /** @description The deployment as it is now */
            200: {
                headers: {
                    /** @description Its new version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedDeploymentOut"];
                };
            };
        };
    };
    list_coral_rotations: {
        parameters: {
            query?: {
                /** @description How many; 50 unless said. */
                limit?: number;
                /** @description Where to begin: `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_CoralRotationOut"];
                };
            };
        };
    };
    rotate_coral: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: a repeat does nothing twice, and is answered as the first was. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCoralRotation"];
            };
        };
        responses: {
            /** @description What would be done, after a dry run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CoralRotationPlanOut"];
                };
            };
            /** @description The rotation, which has begun */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CoralRotationOut"];
                };
            };
        };
    };
    get_coral_rotation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
                /** @description Id of the rotation */
                rotation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rotation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CoralRotationOut"];
                };
            };
        };
    };
    abandon_coral_rotation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
                /** @description Id of the rotation */
                rotation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is given up; `next` says what is left to do */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CoralRotationOut"];
                };
            };
        };
    };
    resume_coral_rotation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
                /** @description Id of the rotation */
                rotation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResumedCoralRotation"];
            };
        };
        responses: {
            /** @description It goes on; ask for it until it isn't `running` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CoralRotationOut"];
                };
            };
        };
    };
    get_rotation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The step, and what to do next */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotationOut"];
                };
            };
        };
    };
    get_deployment_settings: {
        parameters: {
            query?: {
                /** @description Talk takes several keys although it had one secret: every live token carries a `kid` by now. The plan says when. */
                several?: boolean;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The texts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentSettingsOut"];
                };
            };
        };
    };
    list_signing_keys: {
        parameters: {
            query?: {
                /** @description How many; 50 unless said. */
                limit?: number;
                /** @description Where to begin: `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SigningKeyOut"];
                };
            };
        };
    };
    create_signing_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: a repeat does nothing twice, and is answered as the first was. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewKey"];
            };
        };
        responses: {
            /** @description The key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewKeyOut"];
                };
            };
        };
    };
    export_signing_keys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Export"];
            };
        };
        responses: {
            /** @description The settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportOut"];
                };
            };
        };
    };
    import_signing_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: a repeat does nothing twice, and is answered as the first was. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyImport"];
            };
        };
        responses: {
            /** @description The key, without the key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportedKeyOut"];
                };
            };
        };
    };
    rotate_signing_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: a repeat does nothing twice, and is answered as the first was. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rotation"];
            };
        };
        responses: {
            /** @description The new key, and what became of the old one */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewKeyOut"];
                };
            };
        };
    };
    get_signing_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
                /** @description Id of the key, percent-encoded */
                kid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningKeyOut"];
                };
            };
        };
    };
    activate_signing_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
                /** @description Id of the key, percent-encoded */
                kid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It signs from now on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivatedKeyOut"];
                };
            };
        };
    };
    retire_signing_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
                /** @description Id of the key, percent-encoded */
                kid: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Retirement"];
            };
        };
        responses: {
            /** @description It is retired */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndedKeyOut"];
                };
            };
        };
    };
    reveal_signing_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
                /** @description Id of the key, percent-encoded */
                kid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevealedKeyOut"];
                };
            };
        };
    };
    revoke_signing_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Deployment */
                deployment: string;
                /** @description Id of the key, percent-encoded */
                kid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is revoked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndedKeyOut"];
                };
            };
        };
    };
    list_invitations: {
        parameters: {
            query?: {
                /** @description How many; 50 unless said. */
                limit?: number;
                /** @description Where to begin: `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_InvitationOut"];
                };
            };
        };
    };
    create_invitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: a repeat does nothing twice, and is answered as the first was. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvitation"];
            };
        };
        responses: {
            /** @description The invitation; its link is mailed, and good for seven days */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationOut"];
                };
            };
        };
    };
    withdraw_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Id of the invitation */
                invitation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is withdrawn */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_members: {
        parameters: {
            query?: {
                /** @description How many; 50 unless said. */
                limit?: number;
                /** @description Where to begin: `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_MemberOut"];
                };
            };
        };
    };
    remove_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Id of the member's account */
                member: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are no member any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description Id of the member's account */
                member: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberChange"];
            };
        };
        responses: {
            /** @description The member as they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberOut"];
                };
            };
        };
    };
    get_migration_to_coral: {
        parameters: {
            query?: {
                /**
                 * @description The deployment of Talk; `default` unless said.
                 * @example default
                 */
                from?: string;
                /**
                 * @description The deployment of Coral; `coral` unless said.
                 * @example coral
                 */
                to?: string;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MoveOut"];
                };
            };
        };
    };
    cut_back_to_talk: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CutBack"];
            };
        };
        responses: {
            /** @description Where the move stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MovedOut"];
                };
            };
        };
    };
    cut_over_to_coral: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CutOver"];
            };
        };
        responses: {
            /** @description Where the move stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MovedOut"];
                };
            };
        };
    };
    list_readers_unready_for_coral: {
        parameters: {
            query?: {
                /** @description How many; 50 unless said. */
                limit?: number;
                /** @description Where to begin: `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_UnreadyOut"];
                };
            };
        };
    };
    get_settings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings */
            200: {
                headers: {
                    /** @description Their version, for If-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingsOut"];
                };
            };
        };
    };
    update_settings: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that you saw */
                "If-Match"?: string;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsChange"];
            };
        };
        responses: {
            /** @description The settings as they are now */
            200: {
                headers: {
                    /** @description Their new version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingsOut"];
                };
            };
        };
    };
    issue_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description The token */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenOut"];
                };
            };
        };
    };
    issue_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenBatch"];
            };
        };
        responses: {
            /** @description What became of each */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchOut"];
                };
            };
        };
    };
    check_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenCheck"];
            };
        };
        responses: {
            /** @description What each product makes of the token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenCheckReport"];
                };
            };
        };
    };
    create_exchange_code: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description The code */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExchangeCode"];
                };
            };
        };
    };
    introspect: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenQuestion"];
                "application/x-www-form-urlencoded": components["schemas"]["TokenQuestion"];
            };
        };
        responses: {
            /** @description Whether it is, and what it says */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Introspection"];
                };
            };
        };
    };
    revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenQuestion"];
                "application/x-www-form-urlencoded": components["schemas"]["TokenQuestion"];
            };
        };
        responses: {
            /** @description It is refused from now on, or wasn't good anyway */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revoked"];
                };
            };
        };
    };
    get_usage: {
        parameters: {
            query?: {
                /** @description A time in the first hour or day; the day, or the thirty days, before `to` unless said. */
                from?: string;
                /** @description The end; now unless said. */
                to?: string;
                /** @description By `hour`, for up to 31 days at once, or by `day` of UTC; by hour unless said. */
                by?: string;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its usage */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsagePage"];
                };
            };
        };
    };
    list_users: {
        parameters: {
            query?: {
                /**
                 * @description How many at most; 50 unless said. A page may have fewer although more follow: go on until `next_cursor` is
                 *     `null`.
                 */
                limit?: number;
                /** @description Where to begin: `next_cursor` of the page before. */
                cursor?: string;
                /** @description What the id begins with, or the e-mail address or the username in any case. */
                search?: string;
                /** @description Only the disabled ones, or only the others. */
                disabled?: boolean;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DirectoryUser"];
                };
            };
        };
    };
    create_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: a repeat makes nothing new */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["User"];
            };
        };
        responses: {
            /** @description The reader */
            201: {
                headers: {
                    /** @description The version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectoryUser"];
                };
            };
        };
    };
    export_users: {
        parameters: {
            query?: {
                /** @description `ndjson`, with every record as it is (so unless said), or `csv`, with the members that Lanyard knows. */
                format?: string;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
        };
    };
    import_users: {
        parameters: {
            query?: {
                /** @description Whether a bad record is skipped (so unless said), or ends the import; what stands before it is written. */
                on_error?: string;
                /** @description Whether all is read and nothing written; no unless said. */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown[];
                "application/x-ndjson": string;
                "text/csv": string;
            };
        };
        responses: {
            /** @description What was done, and which records weren't taken */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportOut"];
                };
            };
        };
    };
    get_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description The newsroom's own id of the reader, percent-encoded (`/` as `%2F`; the ids `import` and `export` as `%69mport` and `%65xport`) */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reader */
            200: {
                headers: {
                    /** @description The version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectoryUser"];
                };
            };
        };
    };
    put_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that you saw; `*` for any */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description The newsroom's own id of the reader, percent-encoded */
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["User"];
            };
        };
        responses: {
            /** @description The reader as it is now; whoever was disabled still is */
            200: {
                headers: {
                    /** @description The version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectoryUser"];
                };
            };
            /** @description The reader, who is new */
            201: {
                headers: {
                    /** @description The version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectoryUser"];
                };
            };
        };
    };
    delete_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that you saw; `*` for any */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description The newsroom's own id of the reader, percent-encoded */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reader is deleted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokensRevoked"];
                };
            };
        };
    };
    patch_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that you saw; `*` for any */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description The newsroom's own id of the reader, percent-encoded */
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserPatch"];
                "application/merge-patch+json": components["schemas"]["UserPatch"];
            };
        };
        responses: {
            /** @description The reader as it is now */
            200: {
                headers: {
                    /** @description The version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectoryUser"];
                };
            };
        };
    };
    disable_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description The newsroom's own id of the reader, percent-encoded */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reader is disabled */
            200: {
                headers: {
                    /** @description The version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Disabled"];
                };
            };
        };
    };
    enable_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description The newsroom's own id of the reader, percent-encoded */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reader gets tokens */
            200: {
                headers: {
                    /** @description The version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectoryUser"];
                };
            };
        };
    };
    revoke_user_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Newsroom */
                tenant: string;
                /** @description The newsroom's own id of the reader, percent-encoded */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are refused */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokensRevoked"];
                };
            };
        };
    };
}
