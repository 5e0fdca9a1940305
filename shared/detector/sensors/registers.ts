/**
 * What the detector's functions hand each other about one row of one sensor. These numbers have places of their own,
 * since a number that is an argument or a result is an object to the garbage collector wherever the compiler keeps the two
 * functions apart: 2 KB for each row. A row is done with before the next, so all detectors share the places.
 */
export const r = new Float64Array(9);

/** A sensor's value, relative to its origin and in its unit, in single precision; the value itself in that unit. */
export const value = 0;
export const level = 1;
/** What is usual by clock, relative too; NaN where that is not known. */
export const usualNow = 2;
/** How many values a stream has seen; the rate of its scale, and of its quantiles; the least scale that means anything. */
export const seen = 3;
export const scaleRate = 4;
export const quantileRate = 5;
export const floor = 6;
/** A stream's value, or a side's. */
export const input = 7;
/** What was found: a rarity, in decades. */
export const decades = 8;
