// RTC's jobs, as its own API shows them.

import { element } from "./dom.js";
import { clock } from "./dates.js";

const COLUMNS = ["Job", "Room", "User", "Picture", "State", "Since"];

/** Return { node, draw }. */
export function jobs(state) {
  const body = element("tbody");
  const none = element("p", { class: "note" });
  const table = element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "RTC’s jobs" },
    element("table", {}, element("thead", {}, element("tr", {}, COLUMNS.map(column))), body),
  );
  const text = "RTC’s latest recording jobs as it has them, also those whose answer the bot did not get. A job is INIT, then RUNNING, then STOPPED. A second later its file is in the bucket.";
  const node = element("div", {}, element("p", { class: "note" }, text), table, none);
  const files = new Map();
  let drawn = "";

  function draw() {
    const all = state.document("jobs");
    if (JSON.stringify(all) === drawn) return;
    drawn = JSON.stringify(all);
    table.hidden = !all?.length;
    none.hidden = Boolean(all?.length);
    none.textContent = state.workspace.real_rtc ? "The real RTC is in use. Its API cannot list jobs." : "RTC has no job yet.";
    body.replaceChildren(...(all ?? []).flatMap((job) => [row(job), ...(job.file ? [kept(job.file)] : [])]));
  }

  /** Return the row of a file, always the same one: a file that plays goes on when other jobs change. */
  function kept(file) {
    if (!files.has(file)) files.set(file, fileRow(file));
    return files.get(file);
  }

  return { node, draw };
}

const column = (name) => element("th", { scope: "col" }, name);

function video(file) {
  const src = `/api/files/${file.split("/").map(encodeURIComponent).join("/")}`;
  return element("video", { class: "file", src, controls: "", preload: "metadata", title: file, "aria-label": `File ${file}` });
}

function row(job) {
  const picture = job.video_type?.replace("STREAM", "").toLowerCase();
  return element(
    "tr",
    {},
    element("th", { scope: "row", title: job.stream_name }, job.job_id),
    element("td", {}, job.room_id),
    element("td", {}, job.user_id),
    element("td", {}, picture ? `${job.select_stream_type} ${picture}` : "audio"),
    element("td", {}, element("span", { class: `job-state ${job.state.toLowerCase()}` }, job.state), ` ${job.stop_reason ?? ""}`),
    element("td", {}, clock(Date.parse(job.update_time))),
  );
}

/** Return the row below a job's own, with its file: beside the job there is no room for it. */
function fileRow(file) {
  const name = element("p", { class: "note" }, file.split("/").at(-1));
  return element("tr", { class: "file-row" }, element("td", { colspan: COLUMNS.length }, video(file), name));
}
