// Tokens behind page caches: the newsroom's site (codeUrl) gives a code, Lanyard a token for it.
(function () {
  "use strict";
  const exchange = new URL("exchange", document.currentScript.src).href;
  const asking = {}, due = {};

  async function post(url, init) {
    const answer = await fetch(url, { method: "POST", cache: "no-store", ...init });
    if (!answer.ok) throw Error(url + ": " + answer.status);
    return answer.status === 204 ? null : answer.json();
  }

  async function ask({ codeUrl, headers }) {
    const given = await post(codeUrl, { mode: "same-origin", headers });
    if (!given) return (due[codeUrl] = null);
    const issued = await post(exchange, {
      credentials: "omit",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code: given.code }),
    });
    due[codeUrl] = Date.now() + issued.refresh_after * 1000;
    return issued.token;
  }

  // Promises the token, or null: not logged in.
  function token(options) {
    const url = options.codeUrl;
    return (asking[url] ??= ask(options).finally(() => delete asking[url]));
  }

  // Coral's refreshAccessToken. After a miss it rests: 1 s, 2 s, to 5 min.
  function refresh(options) {
    let misses = 0, closed = 0;
    return async (next) => {
      let got;
      if (Date.now() >= closed) {
        got = await token(options).catch(() => {});
        closed = got ? (misses = 0) : Date.now() + Math.min(2 ** misses++ * 1000, 3e5);
      }
      next(got || undefined);
    };
  }

  // Talk v4: logs in anew before a token ends. Returns what stops it.
  function keep(embed, options) {
    let timer;
    (function wait() {
      const at = due[options.codeUrl];
      if (!at) return;
      timer = setTimeout(async () => {
        const got = await token(options).catch(() => {});
        if (got) embed.login(got);
        if (timer) wait();
      }, Math.min(Math.max(at - Date.now(), 3e4), 2e9));
    })();
    return () => (timer = clearTimeout(timer));
  }

  window.Lanyard = { token, refresh, keep };
})();
