const appInfo = { appName: name, apiDomain: 'localhost:3001', websiteDomain: 'localhost:3000' };
const name = 'Notes';
export { appInfo };
