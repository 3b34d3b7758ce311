//! `lanyard dev`, as a newcomer meets it: the real binary with a private Postgres.

mod program;

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::MetadataExt,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use lanyard_core::seal::MasterKeys;
use lanyard_storage::{
    Database,
    outbox::{self, Letter},
};
use nix::sys::signal::Signal;

use crate::harness::eventually;

use self::program::{BOB, Dev, Folder, assert_refused, lanyard, paste, run, wait_for};

#[test]
fn what_it_prints_works_when_it_is_pasted() {
    let folder = Folder::new();
    let dev = Dev::start(&folder);
    let token = dev.issue();
    assert_eq!(dev.look_up("demo", &token), BOB);
    assert_eq!(paste(dev.line("curl -sS http")), BOB);
    for setting in ["ISSUER=", "AUDIENCE=talk", "ALG=HS256", "SECRETS=[{"] {
        dev.line(&format!("TALK_JWT_{setting}"));
    }
    let embed = dev.line("Coral.Talk.render(");
    let (_, rest) = embed.split_once("auth_token: '").unwrap();
    let embedded = rest.split('\'').next().unwrap();
    assert_eq!(dev.look_up("demo", embedded), BOB);
    let settings = run(
        &folder.data(),
        &["key", "export", "--tenant", "demo", "--as", "talk"],
    );
    assert!(dev.welcome.contains(&settings), "{settings}");
}

#[test]
fn a_second_start_finds_everything_again() {
    let folder = Folder::new();
    let first = Dev::start(&folder);
    let (token, api_key) = (first.issue(), first.api_key().to_owned());
    let arguments = [
        "tenant",
        "create",
        "post",
        "--issuer",
        "https://post.example",
    ];
    run(&folder.data(), &arguments);
    let tenants = run(&folder.data(), &["tenant", "list", "--json"]);
    let readers = run(&folder.data(), &["user", "export", "--tenant", "demo"]);
    assert_eq!(first.stop(Signal::SIGINT), Some(0));

    let second = Dev::start(&folder);
    assert_eq!(second.api_key(), api_key);
    assert_eq!(second.look_up("demo", &token), BOB);
    second.issue();
    assert_eq!(run(&folder.data(), &["tenant", "list", "--json"]), tenants);
    assert_eq!(
        run(&folder.data(), &["user", "export", "--tenant", "demo"]),
        readers
    );
}

#[test]
fn an_interrupt_and_a_termination_stop_everything() {
    let folder = Folder::new();
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let dev = Dev::start(&folder);
        assert!(!folder.servers().is_empty());
        assert_eq!(dev.stop(signal), Some(0));
        assert_eq!(folder.servers(), [""; 0]);
    }
}

#[test]
fn a_clean_stop_warns_of_nothing() {
    let folder = Folder::new();
    let dev = Dev::start(&folder);
    dev.issue();
    assert_eq!(dev.stop(Signal::SIGINT), Some(0));
    let said = fs::read_to_string(folder.stderr()).unwrap();
    assert!(!said.contains("WARN") && !said.contains("ERROR"), "{said}");
}

#[test]
fn a_kill_loses_nothing_and_leaves_no_postgres() {
    let folder = Folder::new();
    let dev = Dev::start(&folder);
    let (killed, kept) = (dev.issue(), dev.issue());
    let data = folder.data();
    run(&data, &["token", "revoke", "--tenant", "demo", &killed]);
    run(&data, &["user", "disable", "--tenant", "demo", "2"]);
    assert_eq!(dev.stop(Signal::SIGKILL), None);
    wait_for("Postgres ends", || folder.servers().is_empty());

    let dev = Dev::start(&folder);
    assert_eq!(dev.look_up("demo", &kept), BOB);
    assert!(dev.look_up("demo", &killed).contains("token-invalid"));
    let ben = run(&data, &["user", "get", "--tenant", "demo", "2"]);
    assert!(ben.contains("disabled since"), "{ben}");
}

#[test]
fn a_start_right_after_a_kill_waits_for_the_old_postgres() {
    let folder = Folder::new();
    let mut token = String::new();
    for round in 0..3 {
        let dev = Dev::start(&folder);
        if round > 0 {
            assert_eq!(dev.look_up("demo", &token), BOB);
        }
        token = dev.issue();
        dev.stop(Signal::SIGKILL);
    }
}

#[test]
fn a_taken_port_is_told_in_a_line_and_nothing_is_left_running() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = lanyard(&folder.data(), &["dev", "--listen", &address])
        .output()
        .unwrap();
    assert_refused(&output, &address);
    assert_eq!(folder.servers(), [""; 0]);
}

#[test]
fn a_folder_from_a_newer_version_is_refused_in_a_line() {
    let folder = Folder::new();
    assert_eq!(Dev::start(&folder).stop(Signal::SIGINT), Some(0));
    let dev = Dev::start(&folder);
    let socket = fs::canonicalize(folder.cluster().join("socket")).unwrap();
    let url = format!(
        "postgres://lanyard@localhost/lanyard?host={}",
        socket.display()
    );
    let newer =
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                 values (9000, 'from the future', true, '', 0);
                 update schema_compatibility set oldest_migration = 9000";
    let mut psql = Command::new("psql");
    psql.args(["-Xq", "-v", "ON_ERROR_STOP=1", &url, "-c", newer]);
    assert!(psql.status().unwrap().success());
    assert_eq!(dev.stop(Signal::SIGINT), Some(0));

    for arguments in [&["dev", "--listen", "127.0.0.1:0"][..], &["tenant", "list"]] {
        let output = lanyard(&folder.data(), arguments).output().unwrap();
        assert_refused(&output, "newer version");
        assert_eq!(folder.servers(), [""; 0]);
    }
}

#[test]
fn a_folder_that_is_none_of_ours_is_refused_in_a_line() {
    let folder = Folder::new();
    let output = lanyard(&folder.data(), &["tenant", "list"])
        .output()
        .unwrap();
    assert_refused(&output, "no folder of `lanyard dev`");
    assert!(!folder.data().exists());
    fs::write(folder.0.join("file"), "").unwrap();
    let output = lanyard(&folder.0.join("file"), &["dev", "--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert_refused(&output, "can't be used");
}

#[test]
fn a_folder_that_postgres_may_not_enter_works_too() {
    let folder = Folder::with_mode(0o700);
    let dev = Dev::start(&folder);
    let token = dev.issue();
    assert_eq!(dev.stop(Signal::SIGINT), Some(0));
    let dev = Dev::start(&folder);
    assert_eq!(dev.look_up("demo", &token), BOB);
    assert_eq!(dev.stop(Signal::SIGINT), Some(0));
    assert_eq!(folder.servers(), [""; 0]);
}

#[test]
fn a_command_on_a_stopped_folder_starts_and_stops_postgres_by_itself() {
    let folder = Folder::new();
    assert_eq!(Dev::start(&folder).stop(Signal::SIGINT), Some(0));
    let data = folder.data();
    let token = run(
        &data,
        &["token", "issue", "--tenant", "demo", "--user", "2"],
    );
    assert_eq!(folder.servers(), [""; 0]);
    run(&data, &["user", "disable", "--tenant", "demo", "2"]);
    assert_eq!(folder.servers(), [""; 0]);
    let dev = Dev::start(&folder);
    assert!(dev.look_up("demo", &token).contains("token-invalid"));
}

#[test]
fn a_start_that_was_cut_before_the_owner_was_a_member_heals_at_the_next() {
    let folder = Folder::new();
    let dev = Dev::start(&folder);
    let socket = fs::canonicalize(folder.cluster().join("socket")).unwrap();
    let url = format!(
        "postgres://lanyard@localhost/lanyard?host={}",
        socket.display()
    );
    let mut psql = Command::new("psql");
    psql.args(["-Xq", "-v", "ON_ERROR_STOP=1", &url]);
    psql.args(["-c", "delete from memberships"]);
    assert!(psql.status().unwrap().success());
    assert_eq!(dev.stop(Signal::SIGINT), Some(0));
    assert_eq!(Dev::start(&folder).stop(Signal::SIGINT), Some(0));
    let members = ["api", "GET", "/v1/tenants/demo/members"];
    assert!(run(&folder.data(), &members).contains("owner@demo.example"));
    let events = [
        "audit",
        "list",
        "--tenant",
        "demo",
        "--action",
        "member.add",
    ];
    assert_eq!(
        run(&folder.data(), &events).matches("member.add").count(),
        2
    );
}

#[test]
fn it_starts_whatever_was_done_to_the_demo_tenant() {
    let rotate = ["key", "rotate", "--tenant", "demo", "--alg", "EdDSA"];
    let suspend = ["tenant", "suspend", "demo"];
    for change in [
        &["user", "disable", "--tenant", "demo", "1"][..],
        &["user", "delete", "--tenant", "demo", "1"],
        &rotate,
        &suspend,
    ] {
        let folder = Folder::new();
        assert_eq!(Dev::start(&folder).stop(Signal::SIGINT), Some(0));
        run(&folder.data(), change);
        let output = Dev::start(&folder).stop(Signal::SIGINT);
        assert_eq!(output, Some(0), "{change:?}");
    }
}

#[test]
fn a_command_beside_a_running_server_is_heard_by_it() {
    let folder = Folder::new();
    let dev = Dev::start(&folder);
    let token = dev.issue();
    assert_eq!(dev.look_up("demo", &token), BOB);
    run(
        &folder.data(),
        &["token", "revoke", "--tenant", "demo", &token],
    );
    let begin = Instant::now();
    wait_for("it is refused", || dev.look_up("demo", &token) != BOB);
    assert!(begin.elapsed() < Duration::from_secs(1));
    let arguments = [
        "tenant",
        "create",
        "post",
        "--issuer",
        "https://post.example",
    ];
    run(&folder.data(), &arguments);
    let readers = folder.0.join("readers.ndjson");
    fs::write(&readers, "{\"id\":\"7\"}\n").unwrap();
    run(
        &folder.data(),
        &[
            "user",
            "import",
            "--tenant",
            "post",
            readers.to_str().unwrap(),
        ],
    );
    let token = run(
        &folder.data(),
        &["token", "issue", "--tenant", "post", "--user", "7"],
    );
    assert_eq!(dev.look_up("post", &token), "{\"id\":\"7\"}");
    dev.issue();
}

#[test]
fn two_commands_at_once_share_a_stopped_folder() {
    let folder = Folder::new();
    assert_eq!(Dev::start(&folder).stop(Signal::SIGINT), Some(0));
    let list = |_| {
        let mut command = lanyard(&folder.data(), &["tenant", "list", "--json"]);
        command.stdout(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (0..6).map(list).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("\"demo\""));
    }
    assert_eq!(folder.servers(), [""; 0]);
}

#[test]
fn what_it_prints_as_json_is_one_document() {
    let folder = Folder::new();
    let mut command = lanyard(
        &folder.data(),
        &["dev", "--json", "--listen", "127.0.0.1:0"],
    );
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let dev = Dev {
        child,
        welcome: String::new(),
    };
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(paste(value["look_up"].as_str().unwrap()), BOB);
    assert_eq!(dev.stop(Signal::SIGTERM), Some(0));
}

#[test]
fn a_machine_without_postgres_is_told_what_to_install() {
    let folder = Folder::new();
    // The folder of Postgres' programs is hidden from this one process; that needs the rights of root.
    let hide = "mount -t tmpfs none /usr/lib/postgresql && PATH=/nowhere exec \"$0\" \"$@\"";
    let mut hidden = Command::new("unshare");
    hidden.args([
        "-m",
        "sh",
        "-c",
        hide,
        env!("CARGO_BIN_EXE_lanyard"),
        "--data-dir",
    ]);
    hidden
        .arg(folder.data())
        .args(["dev", "--listen", "127.0.0.1:0"]);
    let output = hidden.output().unwrap();
    if String::from_utf8_lossy(&output.stderr).contains("unshare") {
        eprintln!("skipped: this account can't hide Postgres' programs");
        return;
    }
    assert_refused(&output, "Postgres");
}

#[tokio::test]
async fn mail_lands_in_the_folder_and_its_link_on_the_terminal() {
    let folder = Folder::new();
    let dev = Dev::start(&folder);
    let socket = fs::canonicalize(folder.cluster().join("socket")).unwrap();
    let url = format!(
        "postgres://lanyard@localhost/lanyard?host={}",
        socket.display()
    );
    let database = Database::connect(&url, 1).await.unwrap();
    let keys = fs::read_to_string(folder.data().join("master.key")).unwrap();
    let link = format!("{}/verify#c2VjcmV0", dev.url());
    let letter = Letter {
        to: "ana@post.example".to_owned(),
        subject: "Confirm your e-mail address".to_owned(),
        text: format!("Open this link:\n\n{link}\n\nIt is good once.\n"),
    };
    let keys = MasterKeys::parse(&keys).unwrap();
    outbox::enqueue(&database, &keys, &letter, 0).await.unwrap();

    let printed = format!("Mail to ana@post.example: {}\n  {link}\n", letter.subject);
    wait_for("the link is printed", || {
        fs::read_to_string(folder.stderr())
            .unwrap()
            .contains(&printed)
    });
    let mail = folder.data().join("mail");
    let files: Vec<_> = fs::read_dir(&mail).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), 1);
    let name = files[0].file_name().into_string().unwrap();
    assert!(
        name.ends_with("Z-confirm-your-e-mail-address.eml"),
        "{name}"
    );
    assert_eq!(files[0].metadata().unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&mail).unwrap().mode() & 0o777, 0o700);
    let message = fs::read_to_string(files[0].path()).unwrap();
    assert!(
        message.contains("To: ana@post.example\r\n") && message.contains(&link),
        "{message}"
    );
    eventually("the outbox is empty", async || {
        outbox::backlog(&database).await.unwrap().0 == 0
    })
    .await;
    database.close().await;
    assert_eq!(dev.stop(Signal::SIGINT), Some(0));
}
