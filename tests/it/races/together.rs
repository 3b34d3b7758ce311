//! Changes of one newsroom that are committed together, so that a node may read the second before it hears of it.

use std::time::Duration;

use lanyard_storage::{WriteTx, tenants, users};
use serde_json::json;

use super::{Desk, reader, user_id, within};
use crate::harness::{App, Newsroom, now};

const ROUNDS: usize = 30;
/// The bound on what a server may not know yet.
const AT_LAST: Duration = Duration::from_secs(5);
/// What no missed notification may need: less than the poll of versions takes to find one.
const SOON: Duration = Duration::from_millis(400);

/// Changes the settings, so that the newsroom is read anew, and deletes a reader.
async fn change_settings_and_delete(desk: &Desk, on: bool, id: &str) {
    let mut tx = desk.write().await;
    accept_issuing_tokens(&mut tx, on).await;
    assert!(
        users::delete(&mut tx, &user_id(id), now()).await.unwrap(),
        "{id}"
    );
    tx.commit().await.unwrap().done();
}

async fn change_settings(desk: &Desk, on: bool) {
    let mut tx = desk.write().await;
    accept_issuing_tokens(&mut tx, on).await;
    tx.commit().await.unwrap().done();
}

async fn accept_issuing_tokens(tx: &mut WriteTx, on: bool) {
    let mut settings = tenants::settings_now(tx).await.unwrap().unwrap();
    settings.issuing.accepted = on;
    tenants::set_settings(tx, &settings).await.unwrap();
}

/// Deletes a reader, or disables him.
async fn end_reader(desk: &Desk, delete: bool, id: &str) {
    let (id, mut tx) = (user_id(id), desk.write().await);
    let found = if delete {
        users::delete(&mut tx, &id, now()).await
    } else {
        users::disable(&mut tx, &id, now()).await
    };
    assert!(found.unwrap(), "{id:?}");
    tx.commit().await.unwrap().done();
}

async fn is_gone(room: &Newsroom, id: &str, token: &str) -> bool {
    let body = json!({ "id": id });
    let (issued, seen) = tokio::join!(room.issue(&body), room.look_up(token));
    issued.status != 201 && seen.status == 401
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_changes_that_are_committed_together_both_are_honoured() {
    let app = App::start().await;
    let second = app.second_server().await;
    let post = app.tenant("post").await;
    let rooms = [post.through(&second), post];
    let desk = Desk::of(&app, &rooms[0]).await;
    desk.import_readers(2 * ROUNDS).await;
    for round in 0..ROUNDS {
        let ids = [reader(2 * round), reader(2 * round + 1)];
        let mut tokens = Vec::new();
        for id in &ids {
            // Both servers issue and look up, so that both hold him.
            rooms[0].token(id).await;
            let token = rooms[1].token(id).await;
            within(AT_LAST, "a good token", async || {
                rooms[0].look_up(&token).await.status == 200
            })
            .await;
            assert_eq!(rooms[1].look_up(&token).await.status, 200);
            tokens.push(token);
        }
        tokio::join!(
            change_settings_and_delete(&desk, round % 4 < 2, &ids[0]),
            end_reader(&desk, round % 2 == 0, &ids[1]),
        );
        for room in &rooms {
            for (id, token) in ids.iter().zip(&tokens) {
                within(AT_LAST, &format!("{id} is gone"), async || {
                    is_gone(room, id, token).await
                })
                .await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_changes_together_with_the_settings_is_served_new() {
    let app = App::start().await;
    let second = app.second_server().await;
    let post = app.tenant("post").await;
    let rooms = [post.through(&second), post];
    let desk = Desk::of(&app, &rooms[0]).await;
    let token = rooms[0].token("1").await;
    for round in 0..ROUNDS {
        // What is held is from the round before.
        for room in &rooms {
            assert_eq!(room.look_up(&token).await.status, 200);
        }
        tokio::join!(
            change_settings(&desk, round % 2 == 0),
            desk.import([json!({ "id": "1", "round": round })]),
        );
        for room in &rooms {
            within(AT_LAST, "the new record", async || {
                room.look_up(&token).await.json()["round"] == round
            })
            .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_was_read_with_the_one_before_is_not_lost_when_it_is_told() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let desk = Desk::of(&app, &post).await;
    desk.import_readers(20).await;
    for round in 0..20 {
        let id = reader(round);
        let token = post.token(&id).await;
        assert_eq!(post.look_up(&token).await.status, 200);
        // Two commits as they look to a node that hears of the first when the second is there already.
        let both_at_once = format!(
            "do $$
             declare tenant uuid; now_at bigint;
             begin
                 select id, version into tenant, now_at from tenants where slug = 'post';
                 update tenants set version = now_at + 2 where id = tenant;
                 update users set username = 'renamed', version = now_at + 2 where tenant_id = tenant and id = '{id}';
                 perform pg_notify('lanyard_changes', json_build_object(
                     'tenant', tenant, 'version', now_at + 1, 'changes', json_build_array('tenant'))::text);
                 perform pg_notify('lanyard_changes', json_build_object(
                     'tenant', tenant, 'version', now_at + 2,
                     'changes', json_build_array(json_build_object('user', '{id}')))::text);
             end $$"
        );
        app.database.execute(&both_at_once).await;
        within(SOON, "the new record", async || {
            post.look_up(&token).await.json()["username"] == "renamed"
        })
        .await;
    }
}
