import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function Health() {
  return <NothingYet title={t.platform.health} />;
}
