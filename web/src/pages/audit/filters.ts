/** The filter as the address has it. `from` and `to` are days of the reader's zone, both included. */
export interface AuditFilter {
  actor: string;
  action: string;
  target: string;
  from: string;
  to: string;
}

export function filterOf(search: string): AuditFilter {
  const query = new URLSearchParams(search);
  const get = (name: string) => query.get(name) ?? "";
  return {
    actor: get("actor"),
    action: get("action"),
    target: get("target"),
    from: day(get("from")),
    to: day(get("to")),
  };
}

const day = (text: string): string => (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : "");

/** The beginning of a day here, some days later. */
const midnight = (text: string, later = 0): string => {
  const [year = 0, month = 1, date = 1] = text.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
};

/** As the API asks for it. */
export function queryOf({ actor, action, target, from, to }: AuditFilter) {
  return {
    ...(actor && { actor }),
    ...(action && { action }),
    ...(target && { target }),
    ...(from && { from: midnight(from) }),
    // The API has the time after the latest.
    ...(to && { to: midnight(to, 1) }),
  };
}
