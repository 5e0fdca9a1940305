/**
 * Registers through which the detector's functions pass each other numbers about one row of one sensor. Arguments and
 * results that are numbers are allocated on the heap wherever the compiler does not inline a function, which would cost
 * 2 KB per row. All detectors share the registers, because a row is finished before the next begins.
 */
export const r = new Float64Array(9);

/**
 * The sensor's value relative to its origin, in its unit and in single precision; and its absolute value in that unit.
 */
export const value = 0;
export const level = 1;
/** Expected value at this time of day or week, relative too; NaN if it is not known. */
export const usualNow = 2;
/**
 * Number of values that a stream has seen; the learning rates of its scale and of its quantiles; the least meaningful
 * scale.
 */
export const seen = 3;
export const scaleRate = 4;
export const quantileRate = 5;
export const floor = 6;
/** Input of a stream, or of one of its sides. */
export const input = 7;
/** Output: a rarity, in decades. */
export const decades = 8;
