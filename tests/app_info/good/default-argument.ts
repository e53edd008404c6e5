const alone = { appName: "Notes", apiDomain: "localhost:3001", websiteDomain: "localhost:3000" };
const together = { ...alone, apiDomain: "localhost:3000" };

export const getAppInfo = (isTogether = false) => {
  if (isTogether) {
    return together;
  }
  return alone;
};

export function template({ isTogether }: { isTogether?: boolean }) {
  const appInfo = getAppInfo(isTogether);
  return `${appInfo.appName}`;
}
