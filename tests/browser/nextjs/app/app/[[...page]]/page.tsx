import { headers } from "next/headers";

import { getSession } from "../../auth-gen/session";
import { Frontend } from "../../frontend";

/** Tells who is signed in before any script runs. */
export default async function Page() {
  const session = await getSession(await headers());
  return (
    <>
      <p id="server">{session.status === "signedIn" ? session.userId : session.status}</p>
      <Frontend />
    </>
  );
}
