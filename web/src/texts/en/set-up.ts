import { number } from "../../lib/format";

export const setUp = {
  title: "Set up",
  lead: (done: number, all: number) => `${number(done)} of ${number(all)} steps are done.`,
  allDone: "All is set up. Your readers can comment.",
  toOverview: "To the overview",
  goOn: "Go on setting up",
  open: "What is still to do",
  done: "Done",
  toDo: "To do",
  kind: "What do your readers comment in?",
  kinds: {
    talk: { label: "Talk v4", help: "The Talk that your site has run for years." },
    coral: { label: "Coral", help: "Version 5 or newer." },
  },
  coralUrl: "Address of your Coral",
  coralUrlHelp: "Where your Coral is found, as readers' browsers see it.",
  madeCoral: "Coral makes its own secret. You import it in the next step.",
  steps: {
    newsroom: {
      title: "The newsroom",
      done: "It is there.",
    },
    secret: {
      title: "The secret",
      short: "Give it a key that signs",
      lead: "Tokens are signed with a secret that Lanyard and your comments share.",
      signs: "This key signs:",
      fresh: "It was made just now. Talk learns it with the settings below.",
      existing: "Does your Talk have a secret already? Import it, and readers keep their tokens.",
      coral:
        "Coral makes its own secret. Copy it from Coral's admin under Configure, Authentication, and import it here.",
      make: "Make a new one",
      import: "Import the one in use",
    },
    readers: {
      title: "The readers",
      short: "Add readers, or let your CMS send them",
      lead: "Lanyard issues tokens to readers in its directory.",
      upload: "Upload them",
      cms: "My CMS will send them",
      chosen: "Your CMS sends each reader's record when it asks for a token.",
      change: "Decide anew",
      there: "Readers are in the directory.",
    },
    connect: {
      title: "Talk, your pages and your CMS",
      short: "Paste the settings, and call Lanyard from your CMS",
      lead: "Paste each where it belongs. This is done once your CMS has asked for its first token with an API key.",
      seen: "Your CMS has used its API key.",
      show: "Show what to paste",
      hide: "Hide what to paste",
    },
    check: {
      title: "Check it",
      short: "Check a token",
      lead: "Issue a token, and see each rule that Talk, Coral and Lanyard try on it.",
      seen: "A token was found good:",
      action: "Open the checker",
    },
  },
};
