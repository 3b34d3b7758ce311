//! Embeds the dashboard anew when it was built anew. A debug build reads it from the disk.

use std::{env, fs};

const DASHBOARD: &str = "../../web/dist";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed={DASHBOARD}");
    } else {
        // What isn't there at the build can't be read from the disk later. Without it there is no dashboard, as said.
        let _ = fs::create_dir_all(DASHBOARD);
    }
}
