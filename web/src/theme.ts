import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";
import { t } from "./texts";

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
  fontFamily: '"Inter Variable", "Inter Fallback", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: "md",
  radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "16px" },
  fontSizes: { xs: "0.78125rem", sm: "0.875rem", md: "0.9375rem", lg: "1.0625rem", xl: "1.25rem" },
  headings: {
    fontWeight: "620",
    sizes: {
      h1: { fontSize: "1.4375rem", lineHeight: "1.3" },
      h2: { fontSize: "1rem", lineHeight: "1.4" },
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
    // Letters that are still changing colour lack their contrast.
    SegmentedControl: { defaultProps: { transitionDuration: 0 } },
    Select: { defaultProps: { allowDeselect: false } },
    Modal: {
      defaultProps: {
        centered: true,
        padding: "lg",
        radius: "lg",
        shadow: "xl",
        overlayProps: { backgroundOpacity: 0.4, blur: 2 },
        // It is a <header>, which would be a second banner of the page.
        attributes: { header: { role: "none" } },
        styles: { title: { fontSize: "1.0625rem", fontWeight: 620, overflowWrap: "anywhere" } },
      },
    },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": t.common.close } } },
    Tooltip: { defaultProps: { openDelay: 300, withinPortal: true } },
    Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: "md" } },
  },
});

/** Tints, and letters on them: quieter than Mantine's, and with more contrast. */
const tints = (colors: Record<string, [tint: string, letters: string]>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(colors).flatMap(([color, [tint, letters]]) => [
      [`--mantine-color-${color}-light`, tint],
      [`--mantine-color-${color}-light-color`, letters],
    ]),
  );

/** Letters that WCAG's contrast of 4.5 asks for, and surfaces: a page a little darker than what lies on it. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": gray[7],
    "--mantine-color-placeholder": gray[6],
    "--mantine-color-error": "#b3261e",
    "--surface-page": gray[0],
    "--surface-card": "#ffffff",
    "--mantine-color-default-border": gray[3],
    "--line": gray[2],
    "--line-strong": gray[3],
    "--line-input": gray[4],
    "--accent-text": petrol[7],
    "--shadow-low": "0 1px 2px rgb(23 30 33 / 6%)",
    "--chart-issued": petrol[7],
    "--chart-validated": petrol[3],
    "--chart-refused": "#e2663a",
    "--chart-usual": gray[4],
    "--chart-others": gray[6],
    ...tints({
      petrol: ["#e0f1ef", petrol[8]],
      teal: ["#def5ec", "#07614a"],
      gray: [gray[1], gray[8]],
      blue: ["#e3effc", "#134f8f"],
      yellow: ["#fbf1d3", "#6a4500"],
      orange: ["#fdebdc", "#873400"],
      red: ["#fce9e7", "#991b1b"],
    }),
  },
  dark: {
    "--mantine-color-dimmed": dark[1],
    "--mantine-color-placeholder": dark[2],
    "--mantine-color-error": "#ff9d94",
    "--mantine-color-body": dark[7],
    "--surface-page": dark[8],
    "--surface-card": dark[7],
    "--mantine-color-default-border": dark[4],
    "--line": dark[5],
    "--line-strong": dark[4],
    "--line-input": dark[3],
    "--accent-text": petrol[3],
    "--shadow-low": "none",
    "--chart-issued": petrol[5],
    "--chart-validated": petrol[8],
    "--chart-refused": "#f0825a",
    "--chart-usual": dark[3],
    "--chart-others": dark[2],
    ...tints({
      petrol: ["rgb(79 173 166 / 18%)", petrol[2]],
      teal: ["rgb(56 200 160 / 15%)", "#96f2d7"],
      gray: ["rgb(183 193 196 / 12%)", dark[0]],
      blue: ["rgb(77 160 240 / 17%)", "#a5d8ff"],
      yellow: ["rgb(240 190 60 / 14%)", "#ffe066"],
      orange: ["rgb(250 140 50 / 16%)", "#ffc078"],
      red: ["rgb(250 90 80 / 16%)", "#ffaea7"],
    }),
  },
});
