import { type Picture, pngOf } from './png.ts';

const [width, height] = [480, 40];
const palette = [
  [255, 255, 255],
  [205, 213, 224],
  [234, 164, 76],
  [176, 58, 30],
] as const;
const [paper, axis, band, mark] = [0, 1, 2, 3];

/**
 * Draws a remaining life: an axis from now to a little beyond the latest end, a band from the early to the late end, and a mark in the
 * middle. Numbers stand beside it as text, since a mail may be shown without pictures.
 */
export function lifeChart({ p10, p50, p90 }: { p10: number; p50: number; p90: number }): Buffer {
  const most = Math.max(p90 * 1.1, Number.MIN_VALUE);
  const x = (life: number) => Math.round((Math.min(Math.max(life, 0), most) / most) * (width - 1));
  const picture: Picture = { width, height, palette, pixels: new Uint8Array(width * height).fill(paper) };
  fill(picture, axis, { left: 0, right: width - 1, top: 19, bottom: 21 });
  fill(picture, axis, { left: 0, right: 2, top: 6, bottom: 34 });
  fill(picture, band, { left: x(p10), right: x(p90), top: 11, bottom: 29 });
  fill(picture, mark, {
    left: Math.max(0, x(p50) - 2),
    right: Math.min(width - 1, x(p50) + 2),
    top: 4,
    bottom: 36,
  });
  return pngOf(picture);
}

function fill(
  { width: across, pixels }: Picture,
  colour: number,
  { left, right, top, bottom }: { left: number; right: number; top: number; bottom: number },
): void {
  for (let y = top; y <= bottom; y++) pixels.fill(colour, y * across + left, y * across + right + 1);
}
