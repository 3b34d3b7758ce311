import { number, plural } from "../../lib/format";

export const moveToCoral = {
  title: "Move to Coral",
  lead: "From Talk v4 to Coral without logging a reader out: both run side by side, until Coral takes over.",
  stages: {
    prepare: { name: "Prepare", body: "Coral has no key that signs yet. Talk goes on as it is." },
    "side-by-side": { name: "Side by side", body: "Both issue tokens. Try Coral out, and mend the readers below." },
    "cut-over": {
      name: "Cut over",
      body: "Only Coral issues tokens. Leave Talk running until its last token has ended.",
    },
    done: { name: "Done", body: "Talk's last token has ended. Talk may go." },
  } as Record<string, { name: string; body: string }>,
  stage: "Where the move stands",
  from: "From (Talk v4)",
  to: "To (Coral)",
  noCoral: "There is no deployment of Coral yet.",
  noCoralMore: "Make one under Deployments; the move goes there then.",
  lastIssued: "Talk's last token was issued",
  endsIfNow: "Cut over now, Talk's last token would end",
  ends: "Talk's last token ends",
  readiness: {
    title: "Are the readers ready?",
    ready: (ready: number, readers: number) =>
      `${number(ready)} of ${plural(readers, { one: "# reader", other: "# readers" })} ready for Coral`,
    none: "There are no readers yet, so nobody is in the way.",
    all: "Coral takes every reader as they are.",
    counts: {
      no_email: (count: number) =>
        plural(count, {
          one: "# reader has no e-mail address. Coral wants one.",
          other: "# readers have no e-mail address. Coral wants one.",
        }),
      bad_email: (count: number) =>
        plural(count, {
          one: "# reader has an e-mail address that Coral doesn't take.",
          other: "# readers have an e-mail address that Coral doesn't take.",
        }),
      no_username: (count: number) =>
        plural(count, {
          one: "# reader has no username. Coral wants one.",
          other: "# readers have no username. Coral wants one.",
        }),
      double_email: (count: number) =>
        plural(count, {
          one: "# reader shares an e-mail address with another. Coral would take one for the other.",
          other: "# readers share an e-mail address with another. Coral would take one for the other.",
        }),
      email_as_id: (count: number) =>
        plural(count, {
          one: "# reader has an e-mail address as id. Coral shows ids.",
          other: "# readers have an e-mail address as id. Coral shows ids.",
        }),
      avatar_not_shown: (count: number) =>
        plural(count, {
          one: "# reader has a picture that Coral won't show. It keeps nobody out.",
          other: "# readers have a picture that Coral won't show. It keeps nobody out.",
        }),
    },
  },
  unready: {
    title: "Readers to mend",
    lead: "Open a reader to mend them, or mend them in your CMS and import them again.",
    id: "Reader",
    faults: "What is wrong",
    names: {
      no_email: "No e-mail address",
      bad_email: "E-mail address not taken",
      no_username: "No username",
      double_email: "E-mail address shared",
      email_as_id: "E-mail address as id",
      avatar_not_shown: "Picture not shown",
    } as Record<string, string>,
    empty: "Nobody: Coral takes every reader as they are.",
  },
  next: { title: "What comes next", none: "Nothing is left to do." },
  cutOver: {
    title: "Cut over",
    lead: "From then on only Coral's key signs. Talk's tokens live to their end, and Talk goes on accepting them.",
    action: "Cut over to Coral",
    confirmTitle: "Cut over to Coral?",
    confirm: (readers: number) =>
      `${plural(readers, { one: "# reader gets", other: "# readers get" })} Coral's tokens only from now on, and asking for one of Talk is refused. Have your pages embed Coral, and leave Talk running until its last token has ended.`,
    keptOut: (count: number) =>
      `${plural(count, { one: "# reader isn't", other: "# readers aren't" })} ready. Coral keeps them out, or takes them for another.`,
    force: "Do it although readers aren't ready",
    done: "Coral has taken over.",
  },
  back: {
    title: "The way back",
    lead: "Talk's last key signs again, and Coral's no more. Comments that were written in Coral stay there.",
    action: "Go back to Talk",
    confirmTitle: "Go back to Talk?",
    confirm: "Talk's last key signs again. Have your pages embed Talk again, too.",
    done: "Talk issues tokens again.",
  },
};
