import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function Members() {
  return <NothingYet title={t.members.title} />;
}
