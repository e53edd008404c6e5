"use strict";
const appName = "Notes";
module.exports = { appName, apiDomain: "localhost:3001", websiteDomain: "localhost:3000" };
