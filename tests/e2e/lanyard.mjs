// The real server, as `lanyard dev` starts it, with a folder of its own.
import { execFile, spawn } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const binary = process.env.LANYARD ?? new URL("../../target/debug/lanyard", import.meta.url).pathname;

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

export class Lanyard {
  static async start() {
    const lanyard = new Lanyard();
    lanyard.folder = await mkdtemp(join(tmpdir(), "lanyard-e2e."));
    // Where root starts it, Postgres has an account of its own, which must get in here.
    await chmod(lanyard.folder, 0o755);
    lanyard.port = await freePort();
    lanyard.url = `http://localhost:${lanyard.port}`;
    const welcome = await lanyard.serve();
    lanyard.owner = welcome.owner;
    lanyard.apiKey = welcome.issue.match(/Bearer (\w+)/)[1];
    return lanyard;
  }

  /** Serves, the first time or once more after `halt`. */
  async serve() {
    const args = ["--json", "dev", "--listen", `127.0.0.1:${this.port}`, "--data-dir", join(this.folder, "data")];
    const server = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.process = server;
    let log = "";
    server.stderr.on("data", (text) => (log += text));
    return await new Promise((resolve, reject) => {
      let said = "";
      server.stdout.on("data", (text) => {
        said += text;
        try {
          resolve(JSON.parse(said));
        } catch {
          // The rest comes with the next chunk.
        }
      });
      server.once("exit", () => reject(new Error(`lanyard dev ended:\n${log}`)));
    });
  }

  /** Ends the server, and keeps its folder. */
  async halt() {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGINT");
    await ended;
  }

  async stop() {
    await this.halt();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Changes what the server's database holds, as time would: a story can't wait for a week. */
  async later(change) {
    const socket = join(this.folder, "data", "postgres", "socket");
    const args = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "lanyard", "-h", socket, "-d", "lanyard", "-c", change];
    await promisify(execFile)("psql", args);
  }

  /** Asks for a reader's token, as the newsroom's CMS does. */
  issue({ tenant = "demo", apiKey = this.apiKey, id = "1" } = {}) {
    return fetch(`${this.url}/t/${tenant}/`, {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ id }),
    });
  }

  /** Asks whose a token is, as the newsroom's site does. */
  validate(token, { tenant = "demo" } = {}) {
    return fetch(`${this.url}/t/${tenant}/`, { headers: { authorization: `Bearer ${token}` } });
  }

  /** Runs a command at a terminal, beside the server: `run("api", "GET", "/v1/…")`. */
  async run(...args) {
    const all = ["--json", "--data-dir", join(this.folder, "data"), ...args];
    const { stdout } = await promisify(execFile)(binary, all);
    try {
      return JSON.parse(stdout);
    } catch {
      return stdout;
    }
  }

  /** The link of the newest letter to an address, once it is there. */
  async link(email, page) {
    const folder = join(this.folder, "data", "mail");
    for (let tries = 0; tries < 200; tries++) {
      const all = await readdir(folder).catch(() => []);
      // One that is being written has another ending.
      const names = all.filter((name) => name.endsWith(".eml")).sort().reverse();
      for (const name of names) {
        const text = (await readFile(join(folder, name), "utf8")).replaceAll("=\r\n", "").replaceAll("=3D", "=");
        if (!text.toLowerCase().includes(email)) continue;
        const link = text.match(new RegExp(`${this.url}/${page}#token=[A-Za-z0-9_-]+`))?.[0];
        if (link) return link;
      }
      await pause(50);
    }
    throw new Error(`no letter to ${email} has a link to /${page}`);
  }
}
