export const signingKeys = {
  title: "Signing keys",
};
