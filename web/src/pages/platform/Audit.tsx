import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function Audit() {
  return <NothingYet title={t.platform.audit} />;
}
