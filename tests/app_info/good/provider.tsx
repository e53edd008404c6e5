export function Page() {
  const site = "http://localhost:3000";
  return (
    <Layout>
      <AuthProvider appInfo={{ appName: "Notes", apiDomain: "localhost:3001", websiteDomain: site }} />
    </Layout>
  );
}
