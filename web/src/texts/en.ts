/** The catalogue of English texts. Each group of pages has a file of its own in `en/`. */
import { account } from "./en/account";
import { apiKeys } from "./en/api-keys";
import { audit } from "./en/audit";
import { auth } from "./en/auth";
import { common } from "./en/common";
import { coralRotation } from "./en/coral-rotation";
import { deployments } from "./en/deployments";
import { members } from "./en/members";
import { moveToCoral } from "./en/move-to-coral";
import { overview } from "./en/overview";
import { platform } from "./en/platform";
import { problems } from "./en/problems";
import { setUp } from "./en/set-up";
import { settings } from "./en/settings";
import { shell } from "./en/shell";
import { signingKeys } from "./en/signing-keys";
import { usage } from "./en/usage";
import { users } from "./en/users";

export const en = {
  account,
  apiKeys,
  audit,
  auth,
  common,
  coralRotation,
  deployments,
  members,
  moveToCoral,
  overview,
  platform,
  problems,
  settings,
  setUp,
  shell,
  signingKeys,
  usage,
  users,
};
