export const shop = {
  appInfo: { appName: "Shop", apiDomain: "localhost:3001", websiteDomain: "localhost:3000" },
};
export function office() {
  return {
    appInfo: { appName: "Office", apiDomain: "localhost:4001", websiteDomain: "localhost:4000" },
  };
}
export const warehouse = {
  appInfo: { appName: "Warehouse", apiDomain: "localhost:5001", websiteDomain: "localhost:5000" },
};
