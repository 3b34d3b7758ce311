/** All that is said to people. Another language is another object of the type `Texts`, chosen here. */
import { en } from "./en";

export type Texts = typeof en;

export const t: Texts = en;
