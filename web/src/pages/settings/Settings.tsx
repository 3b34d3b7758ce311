import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function Settings() {
  return <NothingYet title={t.settings.title} />;
}
