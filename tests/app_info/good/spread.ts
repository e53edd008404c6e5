const names = { appName: "Notes" } as const;
const places = { apiDomain: "http://localhost:3001", websiteDomain: "http://localhost:3000" };
const paths = Object.assign({}, { apiBasePath: "/one" }, { apiBasePath: "/api" });

export const appInfo = Object.freeze({
  ...names,
  ...places,
  ...paths,
  ...(process.env.STAGE === "live" ? { websiteDomain: "https://notes.example.com" } : {}),
  eventsUrl: "http://localhost:5000",
});
