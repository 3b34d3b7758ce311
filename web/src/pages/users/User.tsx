import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function User() {
  return <NothingYet title={t.users.one} />;
}
