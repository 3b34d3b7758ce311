import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function Overview() {
  return <NothingYet title={t.overview.title} />;
}
