@Injectable()
export class AuthService {
  private appInfo;

  constructor(private readonly config: ConfigService) {
    this.appInfo = {
      appName: "Notes",
      apiDomain: this.config.getOrThrow("API_URL"),
      websiteDomain: config.get<string>("SITE"),
    };
  }
}
