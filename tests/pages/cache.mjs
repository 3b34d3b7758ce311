// A full-page cache as stands before many newsrooms: it looks at the address only, never at cookies, and keeps
// whatever it isn't told not to. What it keeps can be searched.
import http from "node:http";

export async function cacheBefore(target) {
  const kept = new Map();
  let passed = 0;
  const server = http.createServer((request, response) => {
    const key = request.method + " " + request.url;
    const hit = kept.get(key);
    if (hit) return response.writeHead(hit.status, hit.headers).end(hit.body);
    passed += 1;
    const headers = { ...request.headers, host: new URL(target).host };
    const onward = http.request(new URL(request.url, target), { method: request.method, headers }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => {
        const body = Buffer.concat(chunks);
        const told = String(answer.headers["cache-control"] ?? "");
        // Even answers to POST, which no cache should keep.
        if (!/no-store/.test(told) && request.method !== "OPTIONS") {
          kept.set(key, { status: answer.statusCode, headers: answer.headers, body });
        }
        response.writeHead(answer.statusCode, answer.headers).end(body);
      });
    });
    onward.on("error", () => response.writeHead(502).end());
    request.pipe(onward);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const all = () => [...kept].map(([key, { headers, body }]) => key + JSON.stringify(headers) + body).join("\n");
  return { origin: `http://127.0.0.1:${server.address().port}`, kept, all, passed: () => passed };
}
