// Requests to the page's server, and its changes as server-sent events.

const RETRY_MS = 1000;
const JSON_BODY = { "Content-Type": "application/json" };

async function ask(method, path, body) {
  const options = body === undefined ? { method } : { method, headers: JSON_BODY, body: JSON.stringify(body) };
  const answer = await fetch(`/api/${path}`, options);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

/** Return what doesn't change, as soon as the system answers. */
export async function workspace(reachable) {
  for (;;) {
    try {
      const known = await ask("GET", "workspace");
      reachable(true);
      return known;
    } catch {
      reachable(false);
      await new Promise((resolve) => { setTimeout(resolve, RETRY_MS); });
    }
  }
}

export const details = (id) => ask("GET", `commands/${encodeURIComponent(id)}`);
export const configuration = () => ask("GET", "configuration");
export const compare = (source) => ask("POST", "configuration/compare", { source });
export const put = (source, over, person) => ask("POST", "configuration", { source, over, person });
export const restore = (version, over, person) => ask("POST", "configuration/restore", { version, over, person });
export const audit = (id) => ask("GET", `audit/${encodeURIComponent(id)}`);
export const doctor = () => ask("POST", "doctor", {});
export const replay = (id) => ask("POST", `commands/${encodeURIComponent(id)}/replay`);
export const say = (person, channel, text, breaks) => ask("POST", "messages", { person, channel, text, breaks });
export const sendEvent = (event) => ask("POST", "events", { event });
export const turn = (name, on) => ask("POST", "switches", { name, on });
export const letAMinutePass = () => ask("POST", "minute", {});
export const reset = () => ask("DELETE", "switches");

/** Let a person do something with the app in Slack. The event `unanswered` has Slack's error, or an empty text. */
export async function perform(act, what) {
  const { error } = await ask("POST", `slack/${act}`, what);
  document.dispatchEvent(new CustomEvent("unanswered", { detail: error }));
}

/** Subscribe to changes for a person: `tell` gets [key, document] pairs, and whether they are all. Returns a function that ends it. */
export function news(person, tell, reachable) {
  let source = null;
  let retry = 0;

  function connect() {
    let fresh = true;
    source = new EventSource(`/api/news?person=${encodeURIComponent(person)}`);
    source.addEventListener("open", () => {
      fresh = true;
      reachable(true);
    });
    source.addEventListener("error", () => {
      reachable(false);
      // The browser reconnects by itself, except after an answer such as 503, while the system starts.
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS);
    });
    source.addEventListener("message", (event) => {
      tell(JSON.parse(event.data), fresh);
      fresh = false;
    });
  }

  connect();
  return () => {
    clearTimeout(retry);
    source.close();
  };
}
