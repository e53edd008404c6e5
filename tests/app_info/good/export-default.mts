export default ({
  appName: "Notes \u{1F4DD}\
 today",
  apiDomain: "localhost:3001",
  websiteDomain: "localhost:3000",
}) satisfies Record<string, string>;
