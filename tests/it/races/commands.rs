//! The same command, or the same first request, many times at once.

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{App, run_cli};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_first_requests_of_a_newsroom_at_once_are_all_answered_right() {
    let app = App::start().await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    for _ in 0..3 {
        let cold = app.second_server().await;
        let mut asked = JoinSet::new();
        for number in 0..50 {
            let (room, token) = (post.through(&cold), token.clone());
            asked.spawn(async move {
                if number % 5 == 0 {
                    return (room.issue(&json!({ "id": "2" })).await, 201);
                }
                (room.look_up(&token).await, 200)
            });
        }
        while let Some(answer) = asked.join_next().await {
            let (answer, expected) = answer.unwrap();
            assert_eq!(answer.status, expected, "{answer:?}");
            if expected == 200 {
                assert_eq!(answer.json()["username"], "bob");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_newsrooms_that_are_made_at_once_with_one_name_exactly_one_is() {
    let app = App::start().await;
    let mut made = JoinSet::new();
    for number in 0..10 {
        let url = app.database.url.clone();
        made.spawn(async move {
            let issuer = format!("https://talk-{number}.example");
            run_cli(&url, &["tenant", "create", "post", "--issuer", &issuer]).await
        });
    }
    let outputs = made.join_all().await;
    let (won, lost): (Vec<_>, Vec<_>) = outputs.into_iter().partition(|output| output.code == 0);
    assert_eq!(won.len(), 1, "{won:?} {lost:?}");
    for output in lost {
        let conflict = "there is a tenant `post` already";
        assert!(output.stderr.contains(conflict), "{output:?}");
    }
    let listed = app.cli(&["tenant", "list", "--json"]).await.json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_rotations_at_once_exactly_one_key_signs_and_all_verify() {
    let app = App::start().await;
    let second = app.second_server().await;
    let post = app.tenant("post").await;
    let there = post.through(&second);
    let mut tokens = vec![post.token("1").await];
    for _ in 0..4 {
        let rotate = ["key", "rotate", "--tenant", "post"];
        let (one, two) = tokio::join!(app.cli(&rotate), app.cli(&rotate));
        let outputs = [one, two];
        let lost: Vec<_> = outputs.iter().filter(|output| output.code != 0).collect();
        assert!(lost.len() < 2, "{outputs:?}");
        for output in lost {
            let conflict = "somebody else has just changed";
            assert!(output.stderr.contains(conflict), "{output:?}");
        }
        let keys = app
            .cli(&["key", "list", "--tenant", "post", "--json"])
            .await
            .json();
        let keys = keys.as_array().unwrap().iter();
        assert_eq!(keys.filter(|key| key["state"] == "active").count(), 1);
        tokens.extend([post.token("1").await, there.token("2").await]);
        for token in &tokens {
            assert_eq!(post.look_up(token).await.status, 200);
            assert_eq!(there.look_up(token).await.status, 200);
        }
    }
}
