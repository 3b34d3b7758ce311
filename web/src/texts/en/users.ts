export const users = {
  title: "Readers",
  one: "Reader",
};
