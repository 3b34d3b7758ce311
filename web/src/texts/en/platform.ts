export const platform = {
  tenants: "Newsrooms",
  tenant: "Newsroom",
  usage: "Usage by newsroom",
  health: "Health",
  admins: "Platform admins",
  audit: "Platform log",
};
