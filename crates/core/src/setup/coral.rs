//! What is done in Coral's admin, so that it takes Lanyard's tokens.

use super::Site;
use crate::signing_key::KeySet;

/// The steps in Coral's admin and here, as text without a last line break. They are true of Coral 5 to 9; the names are
/// those of the admin of Coral 9.
#[must_use]
pub fn steps(site: &Site<'_>, keys: &KeySet) -> String {
    let now_signs = match keys.active() {
        Some(key) => format!(
            "Lanyard signs with the key `{}` now. It must be the Key ID of an active key there.",
            key.kid
        ),
        None => "Lanyard has no key of this Coral yet, and issues no tokens for it until it has."
            .to_owned(),
    };
    TEMPLATE
        .replace("ROOT", site.root())
        .replace("OPTIONS", &site.options())
        .replace("NOW", &now_signs)
}

const TEMPLATE: &str = "\
In Coral's admin, as an admin of Coral
1. Open ROOT/admin/configure/auth (Configure, then Authentication).
2. Under \"Login with Single Sign On\" tick \"Enabled\". Under \"Use Single Sign On login on\" tick \"Comment Stream\" only.
3. Under \"Keys\" copy the Key ID and the Secret of the key whose status is Active.
4. For every other integration there (Email, OpenID Connect, Facebook, Google) take the tick from \"Comment Stream\", and
   from \"Allow Registration\". Readers then have one account each, yours. Leave Email on for \"Coral Admin\": your
   moderators log in with it.
5. Save Changes.

Here, with what was copied
6. Import the secret. The command reads it from the keyboard; end it with Enter and Ctrl-D.
       lanyard key import OPTIONS --kid KEY_ID --file - --activate
   The secret is used to the letter, `ssosec_` and all. NOW

On your site
7. Put the embed into your pages, and the route for the token into your CMS:
       lanyard deployment settings OPTIONS --format embed
       lanyard deployment settings OPTIONS --format exchange --for-language php
8. Open an article as a reader who is logged in. Coral shows the reader's name above the comments.

What to know
- Coral takes every token that is signed with its secret: give the secret to nobody else, and use it for nothing else.
- Coral gives a reader the account that has the token's e-mail address. Put only addresses into the directory that you
  have verified.
- Coral learns of a changed name or address from the reader's next token.";
