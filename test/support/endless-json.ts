/**
 * Loaded into a product process before its own code (`node --import`), in each of its threads. It makes the product as if
 * it had a mistake: reading JSON with the text "never read" does not end, and neither does checking what was read from
 * JSON with the text "never stored".
 */
const parse = JSON.parse;
const { get } = Map.prototype;
let isPoison = false;

function forever(): never {
  for (;;);
}

JSON.parse = (text: string, ...rest: []) => {
  if (text.includes('"never read"')) forever();
  isPoison ||= text.includes('"never stored"');
  return parse(text, ...rest) as unknown;
};

Map.prototype.get = function (key: unknown) {
  if (isPoison && new Error('where').stack?.includes('checkReading')) forever();
  return Reflect.apply(get, this, [key]) as unknown;
};
