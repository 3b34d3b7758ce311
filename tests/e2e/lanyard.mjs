// The real server, as `lanyard dev` starts it, with a folder of its own.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
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
    const folder = await mkdtemp(join(tmpdir(), "lanyard-e2e."));
    const port = await freePort();
    const lanyard = new Lanyard();
    Object.assign(lanyard, { folder, url: `http://localhost:${port}` });
    lanyard.process = spawn(binary, ["--json", "dev", "--listen", `127.0.0.1:${port}`, "--data-dir", join(folder, "data")], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let log = "";
    lanyard.process.stderr.on("data", (text) => (log += text));
    const welcome = await new Promise((resolve, reject) => {
      let said = "";
      lanyard.process.stdout.on("data", (text) => {
        said += text;
        try {
          resolve(JSON.parse(said));
        } catch {
          // The rest comes with the next chunk.
        }
      });
      lanyard.process.once("exit", () => reject(new Error(`lanyard dev ended:\n${log}`)));
    });
    lanyard.owner = welcome.owner;
    lanyard.apiKey = welcome.issue.match(/Bearer (\w+)/)[1];
    return lanyard;
  }

  async stop() {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGINT");
    await ended;
    await rm(this.folder, { recursive: true, force: true });
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
      const names = (await readdir(folder).catch(() => [])).sort().reverse();
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
