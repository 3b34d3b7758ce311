import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function Admins() {
  return <NothingYet title={t.platform.admins} />;
}
