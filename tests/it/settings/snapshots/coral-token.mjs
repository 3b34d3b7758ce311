// The route GET /comments/token: the token of the reader whose session this is. The API key is in the environment, as
// LANYARD_API_KEY, and never reaches a browser. No token is logged.
const LANYARD = "https://lanyard.example/t/the-post/coral/";

async function lanyardToken(reader) {
  const answer = await fetch(LANYARD, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${process.env.LANYARD_API_KEY}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify({ id: String(reader) }),
    redirect: "error",
    signal: AbortSignal.timeout(5000),
  });
  if (answer.status !== 201) {
    console.error(`No token for the comments: Lanyard answers with status ${answer.status}`);
    return undefined;
  }
  return (await answer.json()).token;
}

// In Express: app.get("/comments/token", commentsToken), after whatever sets request.session.
export async function commentsToken(request, response) {
  response.setHeader("Cache-Control", "no-store");
  const reader = request.session?.userId; // Where your CMS keeps the id of whoever is logged in.
  if (reader === undefined || reader === null) {
    response.statusCode = 204;
    response.end();
    return;
  }
  // An error's message may hold what was sent or answered, so only its name is logged.
  const token = await lanyardToken(reader).catch((error) => {
    console.error(`No token for the comments: ${error.name}`);
  });
  if (token === undefined) {
    response.statusCode = 502;
    response.end();
    return;
  }
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ token }));
}
