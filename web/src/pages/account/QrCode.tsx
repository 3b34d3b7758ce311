import { encode } from "uqr";

const QUIET = 3;

/** A QR code, drawn here: what it holds goes nowhere. Dark on light in either scheme, as cameras want it. */
export default function QrCode({ value, label }: { value: string; label: string }) {
  const { data, size } = encode(value, { border: 0, ecc: "M" });
  const path = data.flatMap((row, y) => row.map((on, x) => (on ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : ""))).join("");
  const side = size + 2 * QUIET;
  return (
    <svg
      viewBox={`0 0 ${side} ${side}`}
      width={200}
      height={200}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={side} height={side} rx={1.5} fill="#fff" />
      <path d={path} fill="#10181b" />
    </svg>
  );
}
