import { NothingYet } from "../../components/NothingYet";
import { t } from "../../texts";

export default function MoveToCoral() {
  return <NothingYet title={t.deployments.moveToCoral} />;
}
