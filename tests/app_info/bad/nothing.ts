export interface AppInfo {
  appName: string;
}
