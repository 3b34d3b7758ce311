/** Sends a file and tells how far it is, which `fetch` can't. */
import { Problem, type ProblemDocument } from "./problem";
import { hooks } from "./send";

interface Upload {
  path: string;
  file: Blob;
  contentType: string;
  progress: (sent: number) => void;
  signal: AbortSignal;
}

/** The answer, as JSON. Throws a {@link Problem}; an `AbortError` when it was stopped. */
export async function upload<Answer>(what: Upload): Promise<Answer> {
  // A file isn't sent twice because another tab has renewed the session: that is found out before.
  await hooks.renew();
  return await new Promise<Answer>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", what.path);
    request.setRequestHeader("content-type", what.contentType);
    const token = hooks.csrfToken();
    if (token !== null) request.setRequestHeader("x-csrf-token", token);
    request.upload.onprogress = ({ loaded }) => what.progress(loaded);
    request.upload.onload = () => what.progress(what.file.size);
    request.onload = () => {
      const answer = readJson(request.responseText);
      if (request.status >= 200 && request.status < 300 && answer !== null) return resolve(answer as Answer);
      const problem = problemOf(request, answer);
      if (problem.status === 401) hooks.ended();
      reject(problem);
    };
    request.onerror = () => reject(new Problem({ type: "network" }));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    what.signal.addEventListener("abort", () => request.abort(), { once: true });
    if (what.signal.aborted) return reject(new DOMException("stopped", "AbortError"));
    request.send(what.file);
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function problemOf(request: XMLHttpRequest, answer: unknown): Problem {
  const seconds = Number(request.getResponseHeader("retry-after") ?? Number.NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds : null;
  if (typeof answer === "object" && answer !== null && "type" in answer) {
    return new Problem(answer as ProblemDocument, retryAfter);
  }
  return new Problem({ type: "not-understood", status: request.status }, retryAfter);
}
