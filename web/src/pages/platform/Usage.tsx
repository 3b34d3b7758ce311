import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function Usage() {
  return <NothingYet title={t.platform.usage} />;
}
