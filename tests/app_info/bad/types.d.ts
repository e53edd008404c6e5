export interface Config {
  appInfo: { appName: string; apiDomain: string; websiteDomain: string };
}
