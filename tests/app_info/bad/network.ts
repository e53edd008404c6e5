const config = await (await fetch("https://config.example.com/app.json")).json();
const started = new Date();
export const appInfo = {
  ...config,
  appName: `Notes of ${started.getFullYear()}`,
};
