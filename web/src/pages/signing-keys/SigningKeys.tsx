import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function SigningKeys() {
  return <NothingYet title={t.signingKeys.title} />;
}
