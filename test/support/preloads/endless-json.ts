/**
 * Preloads (test/support/preloads): faults of the product's own threads. Each is loaded into a product process before its own code
 * (`node --import`), in each of its threads. The product is not aware of it, and has nothing for it.
 *
 * This one makes the product as if
 * it had a mistake: reading JSON with the text "never read" does not end, and neither does checking what was read from
 * JSON with the text "never stored". Once it has read JSON with the text "never known", reading a message by its layout
 * does not end. Reading JSON with the text "never returned" does not end either, and is in a built-in function, from which
 * nothing brings a thread back.
 */
const parse = JSON.parse;
const { get } = Map.prototype;
const { fill } = Float64Array.prototype;
let isPoison = false;
let isLayoutPoison = false;

/** It computes: work that only waits is not taken for endless. */
function forever(): never {
  for (;;);
}

JSON.parse = (text: string, ...rest: []) => {
  if (text.includes('"never read"')) forever();
  if (text.includes('"never returned"')) [].includes.call({ length: Number.MAX_SAFE_INTEGER }, 1 as never);
  isPoison ||= text.includes('"never stored"');
  isLayoutPoison ||= text.includes('"never known"');
  return parse(text, ...rest) as unknown;
};

Map.prototype.get = function (key: unknown) {
  if (isPoison && new Error('where').stack?.includes('checkReading')) forever();
  return Reflect.apply(get, this, [key]) as unknown;
};

Float64Array.prototype.fill = function (...args) {
  if (isLayoutPoison && new Error('where').stack?.includes('readKnown')) forever();
  return Reflect.apply(fill, this, args) as Float64Array;
};
