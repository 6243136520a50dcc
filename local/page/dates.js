// Dates in the reader's time zone and language, in the formats of Slack's date tokens.

const format = (options) => (date) => new Intl.DateTimeFormat(undefined, options).format(date);
const time = format({ hour: "2-digit", minute: "2-digit" });
const long = format({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
const medium = format({ year: "numeric", month: "long", day: "numeric" });
const short = format({ year: "numeric", month: "short", day: "numeric" });

const TOKENS = {
  date_num: format({ year: "numeric", month: "2-digit", day: "2-digit" }),
  date: medium,
  date_short: short,
  date_long: long,
  date_pretty: (date) => pretty(date) ?? medium(date),
  date_short_pretty: (date) => pretty(date) ?? short(date),
  date_long_pretty: (date) => pretty(date) ?? long(date),
  day_divider_pretty: (date) => pretty(date) ?? long(date),
  time,
  time_secs: format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  ago: (date) => ago((Date.now() - date) / 1000),
};

/** Return a time (seconds since the epoch) in the format `pattern`: "{date_short} at {time}". */
export function slackDate(seconds, pattern) {
  const date = new Date(seconds * 1000);
  return pattern.replace(/\{(\w+)\}/g, (whole, token) => (TOKENS[token] ? TOKENS[token](date) : whole));
}

export const clock = (ms) => time(new Date(ms));
export const toTheSecond = (ms) => TOKENS.time_secs(new Date(ms));
export const exactly = (ms) => `${long(new Date(ms))}, ${TOKENS.time_secs(new Date(ms))}`;

function pretty(date) {
  const days = Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
  return { 0: "today", 1: "yesterday", "-1": "tomorrow" }[days];
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function ago(seconds) {
  const units = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? units.at(-1);
  return new Intl.RelativeTimeFormat(undefined).format(-Math.round(seconds / length), unit);
}
