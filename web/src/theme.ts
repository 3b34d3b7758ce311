import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

/** The one accent: petrol, dark enough for white letters from shade 6 on. */
const petrol: MantineColorsTuple = [
  "#eaf6f5",
  "#d3ebe9",
  "#a8d8d4",
  "#79c3bd",
  "#4fada6",
  "#2f9790",
  "#1c827b",
  "#0f716c",
  "#0c5c58",
  "#084542",
];

/** Greys with a breath of the accent. */
const gray: MantineColorsTuple = [
  "#f7f9f9",
  "#eff2f2",
  "#e2e7e8",
  "#d0d7d9",
  "#b4bdc1",
  "#8d989d",
  "#66737a",
  "#4b575e",
  "#323c42",
  "#1c2428",
];

const dark: MantineColorsTuple = [
  "#dfe5e6",
  "#b7c1c4",
  "#93a0a4",
  "#66757a",
  "#3a474c",
  "#2b363b",
  "#222c30",
  "#1a2327",
  "#141b1e",
  "#0e1416",
];

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 6 },
  colors: { petrol, gray, dark },
  autoContrast: true,
  black: "#171e21",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: "md",
  radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "16px" },
  fontSizes: { xs: "0.8125rem", sm: "0.875rem", md: "0.9375rem", lg: "1.0625rem", xl: "1.25rem" },
  headings: {
    fontWeight: "620",
    sizes: {
      h1: { fontSize: "1.5rem", lineHeight: "1.25" },
      h2: { fontSize: "1.125rem", lineHeight: "1.35" },
      h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
    },
  },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // What may be left out says so; all else is needed.
    InputWrapper: {
      defaultProps: { withAsterisk: false, inputWrapperOrder: ["label", "input", "description", "error"] },
    },
    Select: { defaultProps: { allowDeselect: false } },
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { backgroundOpacity: 0.4, blur: 2 },
        // A `header` outside of sections would pass for the page's own.
        attributes: { header: { role: "presentation" } },
      },
    },
    Tooltip: { defaultProps: { openDelay: 300, withinPortal: true } },
    Table: { defaultProps: { verticalSpacing: "sm", horizontalSpacing: "md" } },
  },
});

/** Letters on a tint of their own colour, which Mantine makes too pale in some. */
const onTint = (letters: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(letters).map(([color, value]) => [`--mantine-color-${color}-light-color`, value]));

/** Letters that WCAG's contrast of 4.5 asks for, and surfaces: a page a little darker than what lies on it. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": gray[7],
    "--mantine-color-placeholder": gray[6],
    "--mantine-color-error": "#b3261e",
    "--surface-page": gray[0],
    "--surface-card": "#ffffff",
    "--line": gray[2],
    "--accent-text": petrol[7],
    ...onTint({
      petrol: petrol[8],
      teal: "#07614a",
      gray: gray[8],
      blue: "#134f8f",
      yellow: "#6f4700",
      orange: "#873400",
      red: "#991b1b",
    }),
  },
  dark: {
    "--mantine-color-dimmed": dark[1],
    "--mantine-color-placeholder": dark[2],
    "--mantine-color-error": "#ff9d94",
    "--mantine-color-body": dark[7],
    "--surface-page": dark[8],
    "--surface-card": dark[7],
    "--line": dark[5],
    "--accent-text": petrol[3],
    ...onTint({
      petrol: petrol[2],
      teal: "#96f2d7",
      gray: dark[0],
      blue: "#a5d8ff",
      yellow: "#ffe066",
      orange: "#ffc078",
      red: "#ffa8a0",
    }),
  },
});
