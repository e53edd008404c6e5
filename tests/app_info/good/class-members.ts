class Ports {
  constructor(private readonly first: number) {
    this.site = first;
  }
  site = 0;
  get api() {
    return this.site + 1;
  }
  url(port: number) {
    return `http://localhost:${port}`;
  }
}

export class Config {
  static readonly ports = new Ports(3000);
  static readonly appInfo = {
    appName: "Notes",
    apiDomain: Config.ports.url(Config.ports.api),
    get websiteDomain() {
      return Config.ports.url(Config.ports.site);
    },
  };
}
