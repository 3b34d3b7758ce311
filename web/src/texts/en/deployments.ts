export const deployments = {
  title: "Deployments",
  one: "Deployment",
  moveToCoral: "Move to Coral",
};
