enum Port {
  Site = 3000,
  Api,
}

@Module({
  imports: [
    AuthModule.forRoot({
      framework: "express",
      appInfo: {
        appName: "Notes",
        apiDomain: `http://localhost:${Port.Api}`,
        websiteDomain: "http://localhost:" + Port.Site,
      },
    }),
  ],
})
export class AppModule {}
