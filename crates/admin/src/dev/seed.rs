//! What is there from the first start: a newsroom with readers, a year's usage, an API key, and an owner who can log in.

use std::path::Path;

use lanyard_core::{
    account::AccountId,
    id::Slug,
    key::Algorithm,
    member::MemberRole,
    password::{self, Password},
    profile::Ceiling,
    scope::Scope,
    secret_token::SecretToken,
    user::User,
};
use lanyard_storage::{accounts, memberships, tenants, usage, users};
use serde_json::json;

use super::history;
use crate::{
    commands,
    newsroom::{self, NewTenant},
    output::{Failure, Outcome},
    store::{Store, write_private},
};

/// The tenant that is there from the start.
pub(super) const DEMO: &str = "demo";
/// Its readers, with the demo service's ids and names.
const READERS: [&str; 3] = [
    r#"{"id":"1","email":"bob@newsroom.example","username":"bob"}"#,
    r#"{"id":"2","email":"alice@newsroom.example","username":"alice"}"#,
    r#"{"id":"3","email":"eve@newsroom.example","username":"eve"}"#,
];

/// Who owns it.
pub(super) const OWNER: &str = "owner@demo.example";

/// What a newcomer has to know. Both lie in the folder, since the database has their hashes only.
pub(super) struct Seed {
    /// The demo newsroom's API key.
    pub(super) api_key: String,
    /// Its owner's password, as it was made.
    pub(super) password: String,
}

/// Makes what is missing.
///
/// # Errors
/// The database or the folder fails.
pub(super) async fn seed(store: &Store, folder: &Path) -> Outcome<Seed> {
    Ok(Seed {
        api_key: seed_newsroom(store, folder).await?,
        password: seed_owner(store, folder).await?,
    })
}

/// The newsroom, and an API key that is good.
async fn seed_newsroom(store: &Store, folder: &Path) -> Outcome<String> {
    let path = folder.join("demo-api-key");
    let slug: Slug = DEMO.parse()?;
    if tenants::find(&store.database, DEMO).await?.is_none() {
        let deployment = commands::default_deployment("http://localhost:3000/t/demo")?;
        let key = newsroom::first_key(Algorithm::HS256, store.clock.now())?;
        let new = NewTenant {
            name: Some("Demo newsroom".to_owned()),
            ..NewTenant::new(slug.clone(), deployment, Some(key))
        };
        let mut tx = commands::create_tenant(store, new).await?;
        let mut rows = Vec::new();
        for (place, reader) in (0..).zip(READERS) {
            users::copy_row(&mut rows, place, &User::from_json(reader.as_bytes())?);
        }
        users::import_batch(&mut tx, &rows, store.clock.now()).await?;
        usage::add_past(&mut tx, &history::made_up(store.clock.now())).await?;
        tx.commit().await?.done();
    }
    if let Ok(key) = std::fs::read_to_string(&path)
        && commands::api_key_is_good(store, DEMO, key.trim()).await?
    {
        return Ok(key.trim().to_owned());
    }
    let mut tx = store.write(DEMO).await?;
    let (_, key) = commands::create_api_key(
        store,
        &mut tx,
        &slug,
        "demo",
        None,
        (Scope::cms(), Ceiling::default()),
    )
    .await?;
    tx.commit().await?.done();
    write_private(&path, key.reveal())?;
    Ok(key.reveal().to_owned())
}

/// The owner. Whoever changes the password in the browser knows it better than the file.
async fn seed_owner(store: &Store, folder: &Path) -> Outcome<String> {
    let path = folder.join("demo-owner-password");
    let email = OWNER.parse()?;
    if let Some(account) = accounts::find(&store.database, &email).await? {
        // A start that was interrupted may have left the account without a newsroom.
        make_owner(store, account.id).await?;
        return Ok(std::fs::read_to_string(&path)
            .unwrap_or_default()
            .trim()
            .to_owned());
    }
    let secret = SecretToken::generate()?.reveal()[..20].to_owned();
    let password =
        Password::parse(secret.clone()).ok_or_else(|| Failure::new("a password can't be made"))?;
    let hash = password::hash(&password)?;
    // Before the account: one whose password nobody knows is worse than a file too many.
    write_private(&path, &secret)?;
    let id = AccountId(commands::new_id());
    let mut tx = store.database.platform().await?;
    accounts::create(
        &mut tx,
        id,
        &email,
        &"Demo owner".parse()?,
        &hash,
        store.clock.now(),
    )
    .await?;
    tx.commit().await?;
    make_owner(store, id).await?;
    Ok(secret)
}

/// Makes an account the newsroom's owner, where it has none.
async fn make_owner(store: &Store, account: AccountId) -> Outcome {
    let mut tx = store.write(DEMO).await?;
    // No account has the id that is all zeros: any owner is another one.
    if memberships::has_other_owner(&mut tx, uuid::Uuid::nil()).await? {
        return Ok(());
    }
    memberships::set(&mut tx, account.0, MemberRole::Owner).await?;
    let detail = json!({ "role": MemberRole::Owner.name() });
    store
        .audit(&mut tx, "member.add", &account.0.to_string(), &detail)
        .await?;
    tx.commit().await?.done();
    Ok(())
}
