import { name } from "../src/config";
export const title = name;
export const site = (host: string) => `http://${host}:${process.env.SITE_PORT ?? 3000}`;
