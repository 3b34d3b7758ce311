import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function Users() {
  return <NothingYet title={t.users.title} />;
}
