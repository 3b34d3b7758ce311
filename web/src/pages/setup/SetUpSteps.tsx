/** The steps of the set-up that aren't done yet. */
export function SetUpSteps() {
  return null;
}
