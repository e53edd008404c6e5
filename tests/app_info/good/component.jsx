export const appInfo = { appName: "Notes", apiDomain: "localhost:3001", websiteDomain: "localhost:3000" };
export default function App() {
  return <Provider appInfo={appInfo} />;
}
