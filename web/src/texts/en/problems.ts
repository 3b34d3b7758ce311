import { plural } from "../../lib/format";

/** What went wrong, by the problem's code. What isn't here is said in the server's own words. */
export const problems = {
  title: "That didn't work",
  codes: {
    network: "The server can't be reached. Check your connection, and try again.",
    "not-understood": "The server's answer can't be read. Try again in a moment.",
    "login-refused": "The address, the password or the code is wrong.",
    "link-invalid": "This link isn't good any more: it was used, or is too old. Ask for a new one.",
    "registration-closed": "Not everybody can register here. Ask the owner of your newsroom for an invitation.",
    "fields-invalid": "Something isn't right yet.",
    "precondition-failed": "Somebody has changed this since you opened it. Load it again, and decide anew.",
    "password-proof-needed": "This needs your password, so that nobody else does it on your open screen.",
    "invitation-not-yours": "This invitation was sent to another address. Log in with the account that has it.",
    "invitation-invalid": "This invitation was used or withdrawn, or is older than seven days. Ask for a new one.",
    "last-owner": "A newsroom keeps at least one owner. Make somebody else an owner first, and try again.",
    "csrf-token-invalid": "Your session was renewed in another tab. Try again.",
  } as Record<string, string>,
  wait: (seconds: number) =>
    `Too many tries. Wait ${plural(seconds, { one: "# second", other: "# seconds" })}, and try again.`,
};
