/**
 * How a level may move over the time that was seen, which is −1 … 0; times above 0 are in the future. A rise has the value 0
 * and the slope 1 at time 0, so that what is fitted to it is the slope now.
 */

export type Shape = (time: number) => number;

/** Growth over the time seen, as an exponent: above 0 is ever faster, as bearings wear; below is ever slower. */
const growths = [
  0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 9, 10, 12, -0.7, -1.5, -2.5, -4, -7,
];
/** When a level that was flat may have begun to rise evenly. */
const onsets = [-0.75, -0.6, -0.5, -0.4, -0.3, -0.2];

export const rises: readonly Shape[] = [
  (time) => time,
  ...growths.map(
    (growth): Shape =>
      (time) =>
        Math.expm1(growth * time) / growth,
  ),
  ...onsets.map(
    (onset): Shape =>
      (time) =>
        Math.max(time, onset),
  ),
];

/** Every step that points may show: from one to the next, or with one in the middle on the way. */
export function stepsOf(times: Float64Array): Float64Array[] {
  const steps: Float64Array[] = [];
  for (let at = 2; at < times.length; at++) {
    steps.push(times.map((_, i) => (i < at ? -1 : 0)));
    if (at + 1 < times.length) steps.push(times.map((_, i) => (i < at ? -1 : i === at ? -0.5 : 0)));
  }
  return steps;
}
