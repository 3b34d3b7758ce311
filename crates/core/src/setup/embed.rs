//! The code that shows the comments in a page. No token stands in it: pages are cached, and a cache would give the token
//! of one reader to all.

use super::{Site, TOKEN_PATH, javascript};
use crate::profile::TokenProfile;

/// The embed: HTML for the place in a page where the comments are to appear.
#[must_use]
pub fn embed(site: &Site<'_>) -> String {
    let template = match site.deployment.kind() {
        TokenProfile::Talk => TALK,
        TokenProfile::Coral => CORAL,
    };
    template
        .replace("GET_TOKEN", GET_TOKEN)
        .replace("\"PATH\"", &javascript(TOKEN_PATH))
        .replace("\"ROOT\"", &javascript(site.root()))
}

const GET_TOKEN: &str = r#"  // Your own server answers with the token of the reader whose session this is, or 204. No token ever stands in a page:
  // pages are cached, and a cache would give one reader's token to all.
  async function getToken() {
    try {
      const answer = await fetch("PATH", { cache: "no-store", credentials: "same-origin" });
      return answer.status === 200 ? (await answer.json()).token : undefined;
    } catch {
      return undefined; // The comments are shown all the same.
    }
  }"#;

const TALK: &str = r#"<div id="coral_talk_stream"></div>
<script>
(() => {
  const root = "ROOT";
GET_TOKEN
  const script = document.createElement("script");
  script.src = root + "/static/embed.js";
  script.onload = async () => {
    const token = await getToken();
    Coral.Talk.render(document.getElementById("coral_talk_stream"), {
      talk: root,
      ...(token && { auth_token: token }),
    });
  };
  document.head.appendChild(script);
})();
</script>"#;

const CORAL: &str = r#"<div id="coral_thread"></div>
<script>
(() => {
  const root = "ROOT";
GET_TOKEN
  const script = document.createElement("script");
  script.src = root + "/assets/js/embed.js";
  script.onload = async () => {
    const token = await getToken();
    Coral.createStreamEmbed({
      id: "coral_thread",
      rootURL: root,
      autoRender: true,
      accessToken: token,
      // Coral asks for the next token when this one has ended.
      refreshAccessToken: async (next) => next(await getToken()),
    });
  };
  document.head.appendChild(script);
})();
</script>"#;
