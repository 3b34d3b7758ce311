import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function Deployment() {
  return <NothingYet title={t.deployments.one} />;
}
