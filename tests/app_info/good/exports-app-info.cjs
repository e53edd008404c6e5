exports.appInfo = { appName: "Notes", apiDomain: "localhost:3001", websiteDomain: "localhost:3000" };
