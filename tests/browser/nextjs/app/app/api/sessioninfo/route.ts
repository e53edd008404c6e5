import { getSession } from "../../../auth-gen/session";

/** A route of the website's own that only a session opens. */
export async function GET(request: Request) {
  const session = await getSession(request.headers);
  return session.status === "signedIn"
    ? Response.json({ userId: session.userId })
    : Response.json({ message: "unauthorised" }, { status: 401 });
}
