import { site } from "../../shared/all";
export const name = "Notes";
export enum Port {
  Api = 3001,
}
export default { host: "localhost", self: site };
