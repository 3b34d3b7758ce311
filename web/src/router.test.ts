import { expect, test } from "vitest";
import { currentPlace, fill, hashParams, keepInHistory, match, navigate, setQuery } from "./router";
import { find, routes, to } from "./routes";

test("a path gives its parameters, each decoded once", () => {
  expect(match("/newsrooms/:tenant/users/:user", "/newsrooms/the-post/users/a%2Fb%2525")).toEqual({
    tenant: "the-post",
    user: "a/b%25",
  });
  expect(match("/newsrooms/:tenant", "/newsrooms/the-post/")).toEqual({ tenant: "the-post" });
});

test("what isn't the pattern's path matches nothing", () => {
  for (const path of ["/newsrooms", "/newsrooms/", "/newsrooms/a/b", "/newsroom/a", "/newsrooms/%E0%A4%A"]) {
    expect(match("/newsrooms/:tenant", path), path).toBeNull();
  }
});

test("whatever a reader is called, the path leads back to the name", () => {
  for (const user of ["1", "a/b", "..", "%2F", "ü? #&", "100%"]) {
    const path = fill("/newsrooms/:tenant/users/:user", { tenant: "demo", user });
    expect(match("/newsrooms/:tenant/users/:user", path)?.user, user).toBe(user);
  }
});

test("no two pages have the same path", () => {
  const shapes = Object.values(routes).map(({ pattern }) => pattern.replaceAll(/:\w+/g, ":"));
  expect(new Set(shapes).size).toBe(shapes.length);
  expect(find(to("newNewsroom"))?.name).toBe("newNewsroom");
  expect(find(to("platformTenant", { tenant: "health" }))?.name).toBe("platformTenant");
  expect(find("/nowhere")).toBeNull();
});

test("the state of a page stays with its entry of the history", () => {
  navigate("/newsrooms/demo/users?q=bob");
  keepInHistory("pages", ["c1"]);
  setQuery({ q: "eve", state: null });
  expect(currentPlace()).toMatchObject({ path: "/newsrooms/demo/users", search: "?q=eve", state: { pages: ["c1"] } });
  setQuery({ q: "" });
  expect(currentPlace().search).toBe("");
});

test("a link's secret is read from behind the hash", () => {
  expect(hashParams("#token=a-_b").get("token")).toBe("a-_b");
  expect(hashParams("").get("token")).toBeNull();
});
