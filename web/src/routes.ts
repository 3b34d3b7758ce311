/** All pages, each loaded when it is first opened. This file is the table of contents. */
import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { fill, match, type ParamNames, type Params } from "./router";

export interface Route<Pattern extends string = string> {
  readonly pattern: Pattern;
  readonly page: LazyExoticComponent<ComponentType>;
  /** Who sees it: anybody, anybody who is logged in, members of the newsroom, platform admins. */
  readonly audience: "anybody" | "account" | "members" | "platform";
}

type Load = () => Promise<{ default: ComponentType }>;

const route =
  (audience: Route["audience"]) =>
  <const Pattern extends string>(pattern: Pattern, load: Load): Route<Pattern> => ({
    pattern,
    audience,
    page: lazy(load),
  });

const anybody = route("anybody");
const account = route("account");
const members = route("members");
const platform = route("platform");

export const routes = {
  login: anybody("/login", () => import("./pages/auth/Login")),
  register: anybody("/register", () => import("./pages/auth/Register")),
  verify: anybody("/verify", () => import("./pages/auth/Verify")),
  reset: anybody("/reset", () => import("./pages/auth/Reset")),

  home: account("/", () => import("./pages/Home")),
  account: account("/account", () => import("./pages/account/Account")),
  invitation: account("/invitation", () => import("./pages/auth/Invitation")),
  newNewsroom: account("/new-newsroom", () => import("./pages/NewNewsroom")),

  overview: members("/newsrooms/:tenant", () => import("./pages/overview/Overview")),
  setUp: members("/newsrooms/:tenant/set-up", () => import("./pages/setup/SetUp")),
  users: members("/newsrooms/:tenant/users", () => import("./pages/users/Users")),
  user: members("/newsrooms/:tenant/users/:user", () => import("./pages/users/User")),
  importUsers: members("/newsrooms/:tenant/import-readers", () => import("./pages/users/ImportUsers")),
  deployments: members("/newsrooms/:tenant/deployments", () => import("./pages/deployments/Deployments")),
  deployment: members("/newsrooms/:tenant/deployments/:deployment", () => import("./pages/deployments/Deployment")),
  moveToCoral: members("/newsrooms/:tenant/move-to-coral", () => import("./pages/deployments/MoveToCoral")),
  signingKeys: members("/newsrooms/:tenant/signing-keys", () => import("./pages/signing-keys/SigningKeys")),
  apiKeys: members("/newsrooms/:tenant/api-keys", () => import("./pages/api-keys/ApiKeys")),
  members: members("/newsrooms/:tenant/members", () => import("./pages/members/Members")),
  audit: members("/newsrooms/:tenant/audit", () => import("./pages/audit/Audit")),
  usage: members("/newsrooms/:tenant/usage", () => import("./pages/usage/Usage")),
  settings: members("/newsrooms/:tenant/settings", () => import("./pages/settings/Settings")),

  platformTenants: platform("/platform", () => import("./pages/platform/Tenants")),
  platformTenant: platform("/platform/newsrooms/:tenant", () => import("./pages/platform/Tenant")),
  platformUsage: platform("/platform/usage", () => import("./pages/platform/Usage")),
  platformHealth: platform("/platform/health", () => import("./pages/platform/Health")),
  platformAdmins: platform("/platform/admins", () => import("./pages/platform/Admins")),
  platformAudit: platform("/platform/audit", () => import("./pages/platform/Audit")),
};

export type RouteName = keyof typeof routes;
type PatternOf<Name extends RouteName> = (typeof routes)[Name]["pattern"];
type Arguments<Name extends RouteName> = [ParamNames<PatternOf<Name>>] extends [never] ? [] : [Params<PatternOf<Name>>];

/** The path of a page: `to("user", { tenant: "the-post", user: "1" })`. */
export function to<Name extends RouteName>(name: Name, ...params: Arguments<Name>): string {
  return fill<string>(routes[name].pattern, (params[0] ?? {}) as Params<string>);
}

export interface Found {
  readonly name: RouteName;
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** The page of a path. */
export function find(path: string): Found | null {
  for (const [name, route] of Object.entries(routes)) {
    const params = match(route.pattern, path);
    if (params) return { name: name as RouteName, route, params };
  }
  return null;
}
