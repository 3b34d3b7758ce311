import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function Tenants() {
  return <NothingYet title={t.platform.tenants} />;
}
