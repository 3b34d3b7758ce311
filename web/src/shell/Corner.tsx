import { Notifications } from "@mantine/notifications";

/** Draws what is said in the corner. */
export default function Corner() {
  return <Notifications position="bottom-right" autoClose={5000} />;
}
