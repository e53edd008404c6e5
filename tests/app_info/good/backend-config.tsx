export const Banner = () => <div className="a">{"hello"}</div>;
export const backendConfig = (): TypeInput => {
  return {
    framework: "express",
    appInfo: { appName: "Notes", apiDomain: "localhost:3001", websiteDomain: "localhost:3000" },
    recipeList: [],
  };
};
