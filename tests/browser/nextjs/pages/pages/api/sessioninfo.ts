import type { NextApiRequest, NextApiResponse } from "next";

import { getSession } from "../../auth-gen/session";

/** A route of the website's own that only a session opens. */
export default async function sessionInfo(request: NextApiRequest, response: NextApiResponse) {
  const session = await getSession(request.headers);
  if (session.status === "signedIn") {
    response.json({ userId: session.userId });
  } else {
    response.status(401).json({ message: "unauthorised" });
  }
}
