import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function ApiKeys() {
  return <NothingYet title={t.apiKeys.title} />;
}
