import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function Tenant() {
  return <NothingYet title={t.platform.tenant} />;
}
