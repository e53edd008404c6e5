import type { GetServerSideProps } from "next";

import { getSession } from "../auth-gen/session";
import { Frontend } from "../frontend";

export const getServerSideProps: GetServerSideProps<{ server: string }> = async ({ req }) => {
  const session = await getSession(req.headers);
  return { props: { server: session.status === "signedIn" ? session.userId : session.status } };
};

/** Tells who is signed in before any script runs. */
export default function Page({ server }: { server: string }) {
  return (
    <>
      <p id="server">{server}</p>
      <Frontend />
    </>
  );
}
