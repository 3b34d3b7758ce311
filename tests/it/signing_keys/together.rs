//! Rotations under load, and at once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use serde_json::json;

use super::{KEYS, active, states};
use crate::harness::App;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotations_under_load_log_nobody_out() {
    let app = App::start().await;
    let other = app.second_server().await;
    let post = app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let (done, asked) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let readers: Vec<_> = (0..4)
        .map(|place| {
            let through = if place % 2 == 0 { &app } else { &other };
            let (post, done, asked) =
                (post.through(through), Arc::clone(&done), Arc::clone(&asked));
            let across = post.through(if place % 2 == 0 { &other } else { &app });
            tokio::spawn(async move {
                let old = post.token("1").await;
                while !done.load(Ordering::Relaxed) {
                    let new = post.token("1").await;
                    for (token, newsroom) in [(&old, &post), (&new, &post), (&new, &across)] {
                        let answer = newsroom.look_up(token).await;
                        assert_eq!(answer.status, 200, "{answer:?}");
                    }
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for round in 1..=4 {
        let enough = asked.load(Ordering::Relaxed) + 8;
        crate::harness::eventually("readers are served", || async {
            asked.load(Ordering::Relaxed) >= enough
                || readers.iter().any(|reader| reader.is_finished())
        })
        .await;
        let rotated = admin
            .post(
                &format!("{KEYS}/rotate"),
                &json!({ "kid": format!("r{round}") }),
            )
            .await;
        assert_eq!(rotated.status, 201, "{rotated:?}");
    }
    let enough = asked.load(Ordering::Relaxed) + 8;
    crate::harness::eventually("readers are served", || async {
        asked.load(Ordering::Relaxed) >= enough || readers.iter().any(|reader| reader.is_finished())
    })
    .await;
    done.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_rotations_at_once_each_is_done_or_told_and_one_key_signs() {
    let app = App::start().await;
    let post = app.tenant("the-post").await;
    post.token("1").await;
    let admin = app.member("the-post", "admin").await;
    let path = format!("{KEYS}/rotate");
    let body = json!({});
    let answers = futures_util::future::join_all((0..10).map(|_| admin.post(&path, &body))).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.problem(), "state-conflict", "{answer:?}");
        assert!(answer.text().contains("somebody else"), "{answer:?}");
    }
    assert!(made >= 1);
    let states = states(&admin).await;
    assert_eq!(states.as_object().unwrap().len(), 1 + made, "{states}");
    active(&admin).await;
    post.token("1").await;
}
