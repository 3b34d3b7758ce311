// A Coral to rotate: as much of Coral 9's GraphQL as its signing secrets need, with the schema's own words.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

/** The token of somebody who is an admin there. */
export const ADMIN = "coral-admin-7d1f2c9b4e8a";

const secret = () => ({
  kid: randomBytes(8).toString("hex"),
  secret: `ssosec_${randomBytes(32).toString("hex")}`,
  createdAt: new Date().toISOString(),
  lastUsedAt: null,
  rotatedAt: null,
  inactiveAt: null,
});

export class Coral {
  /** What becomes of the next request for a new secret: `"lost"`, it is made and the answer never comes. */
  fault = null;
  secrets = [secret()];

  static async start() {
    const coral = new Coral();
    coral.server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => (body += part));
      request.on("end", () => coral.answer(request, JSON.parse(body), response));
    });
    await new Promise((resolve) => coral.server.listen(0, "127.0.0.1", resolve));
    coral.url = `http://127.0.0.1:${coral.server.address().port}`;
    return coral;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  answer(request, { query, variables }, response) {
    const say = (status, value) => {
      response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
      response.end(JSON.stringify(value));
    };
    if (request.method !== "POST" || request.url !== "/api/graphql") return say(404, {});
    if (request.headers.authorization !== `Bearer ${ADMIN}`) {
      return say(401, { error: { code: "TOKEN_INVALID", type: "INVALID_REQUEST_ERROR", message: "no" } });
    }
    const settings = () => ({ auth: { integrations: { sso: { enabled: true, signingSecrets: this.secrets } } } });
    if (!query.includes("rotateSSOSigningSecret")) return say(200, { data: { settings: settings() } });
    const now = new Date();
    for (const one of this.secrets) {
      if (one.rotatedAt) continue;
      one.rotatedAt = now.toISOString();
      one.inactiveAt = new Date(now.getTime() + variables.input.inactiveIn * 1000).toISOString();
    }
    this.secrets.push(secret());
    const fault = this.fault;
    this.fault = null;
    if (fault === "lost") return request.socket.destroy();
    return say(200, { data: { rotateSSOSigningSecret: { settings: settings() } } });
  }
}
