import { z } from "zod";
import { env } from "@acme/env";

const checked = z.object({ SITE_URL: z.string().url() }).parse(process.env);

export const appInfo = {
  appName: "Notes",
  apiDomain: env.NEXT_PUBLIC_API_URL,
  websiteDomain: checked.SITE_URL,
};
