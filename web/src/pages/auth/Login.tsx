import { useEffect } from "react";
import LoginForm from "../../auth/LoginForm";
import { useSession } from "../../auth/session";
import { navigate } from "../../router";
import { to } from "../../routes";

/** For links in letters: any page shows the log-in where nobody is logged in. */
export default function Login() {
  const session = useSession();
  const entered = Boolean(session.data?.me);
  useEffect(() => {
    if (entered) navigate(to("home"), { replace: true });
  }, [entered]);
  return <LoginForm />;
}
