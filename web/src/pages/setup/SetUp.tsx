import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function SetUp() {
  return <NothingYet title={t.setUp.title} />;
}
