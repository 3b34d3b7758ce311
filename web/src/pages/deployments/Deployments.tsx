import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function Deployments() {
  return <NothingYet title={t.deployments.title} />;
}
