const config = { appName: 'Notes', apiDomain: 'localhost:3001', websiteDomain: 'localhost:3000' };
const other = { appName: 'Other' };
export { other, config as appInfo };
