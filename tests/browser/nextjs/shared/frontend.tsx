"use client";

import { useEffect } from "react";

/** Loads the frontend that the query names; it puts its functions into `window.app`. */
export function Frontend() {
  useEffect(() => {
    Object.assign(globalThis, { API: location.origin, BASE: "/api/auth", MODE: "cookie" });
    const query = new URLSearchParams(location.search);
    const name = query.get("sdk") ?? sessionStorage.getItem("sdk") ?? "client";
    sessionStorage.setItem("sdk", name);
    void (name === "web-js" ? import("./sdk/web-js.js") : import("./sdk/client.js"));
  }, []);
  return <p>Frontend</p>;
}
