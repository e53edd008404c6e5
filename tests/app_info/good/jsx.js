import Auth from "supertokens-auth-react";

Auth.init({
  appInfo: { appName: "Notes", apiDomain: "localhost:3001", websiteDomain: "localhost:3000" },
  recipeList: [],
});

export default function App() {
  return <main className="app">{process.env.NAME}</main>;
}
