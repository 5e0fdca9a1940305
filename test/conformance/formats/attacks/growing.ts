/** Messages of about so many bytes for which a careless pattern or parser takes more time or space than their length. */

type Growing = (bytes: number) => Buffer;

const fill = (bytes: number, unit: string, before = '', after = '') =>
  Buffer.from(before + unit.repeat(Math.ceil((bytes - before.length - after.length) / unit.length)) + after);
/** As many items of about so many bytes each as fit, at most `max` of them. */
const items = (bytes: number, each: number, item: (i: number) => string, max = bytes) =>
  Array.from({ length: Math.min(max, Math.floor(bytes / each)) }, (_, i) => item(i)).join(',');

/** The same few characters again and again. */
const repeated: readonly Growing[] = [
  (bytes) => fill(bytes, ' ', '1', '2'),
  (bytes) => fill(bytes, '\n', '1', '2'),
  (bytes) => fill(bytes, '\t', '1', '2'),
  (bytes) => fill(bytes, '\f', '1', '2'),
  (bytes) => fill(bytes, '\r\n', '{', '}'),
  (bytes) => fill(bytes, '\n#'),
  (bytes) => fill(bytes, 'a\n'),
  (bytes) => fill(bytes, ','),
  (bytes) => fill(bytes, ' , '),
  (bytes) => fill(bytes, '9'),
  (bytes) => fill(bytes, '9', '', 'x'),
  (bytes) => fill(bytes, '9', '{"a":"', 'x"}'),
  (bytes) => fill(bytes, '9', 'a=', 'x'),
  (bytes) => fill(bytes, '9', '{"a":0.', '}'),
  (bytes) => fill(bytes, '9', '{"a":1e', '}'),
  (bytes) => fill(bytes, '['),
  (bytes) => fill(bytes, '[],', '[', '0]'),
  (bytes) => fill(bytes, '"'),
  (bytes) => fill(bytes, '\\'),
  (bytes) => fill(bytes, ':'),
  (bytes) => fill(bytes, ':  ', '{"a"'),
  (bytes) => fill(bytes, ' ', '{"a":', 'NaN}'),
  (bytes) => fill(bytes, '{"a":'),
  (bytes) => fill(bytes, '{"a":1}\n'),
  (bytes) => fill(bytes, 'a=1 '),
  (bytes) => fill(bytes, 'a=1,', '', 'x'),
  (bytes) => fill(bytes, ' ', 'a=1', 'x'),
  (bytes) => fill(bytes, ' 12', 'm a=1'),
  (bytes) => fill(bytes, '"a":1,', '{', '"b":1}'),
  (bytes) => fill(bytes, '"ts": ', '{"a":12345678901234567890,', '1}'),
  (bytes) => fill(bytes, '\\"ts\\" ', '{"ts":12345678901234567890,"a":1,"b":"', '"}'),
  (bytes) => fill(bytes, 'm a=1 1\n'),
  (bytes) => fill(bytes, '\\,', 'm ', '=1 1'),
  (bytes) => fill(bytes, 'x ', 'm a="'),
  (bytes) => fill(bytes, 'x,', `{"${'n'.repeat(bytes / 4)}":"`, '"}'),
  (bytes) => fill(bytes, '\ufffd', '{"', '":1}'),
  (bytes) => Buffer.alloc(bytes, 0xff),
  (bytes) => fill(bytes, 'n', '{"state":"failed","note":"', '"}'),
  (bytes) => fill(bytes, 'n', '{"state":"failed","ts":"', '"}'),
];

/** Very many names, values, groups or readings. */
const many: readonly Growing[] = [
  // Half of the message is the name of an object, the other half its values, each of which may be named by both.
  (bytes) => Buffer.from(`{"${'n'.repeat(bytes / 2)}":{${items(bytes / 2, 10, (i) => `"${i}":1`)}}}`),
  (bytes) => Buffer.from(`{"${'n'.repeat(60)}":{${items(bytes, 10, (i) => `"${i}":1`)}}}`),
  (bytes) => Buffer.from(`{${items(bytes, 10, (i) => `"a${i}":1`)}}`),
  (bytes) => Buffer.from(`{${items(bytes, 10, (i) => `"${i}":1`)}}`),
  (bytes) => Buffer.from(`{${items(bytes, 14, (i) => `"${(i * 262_144) % 4_294_967_295}":1`)}}`),
  (bytes) => Buffer.from(`{"a":1,${items(bytes, 12, (i) => `"n${i}":null`)}}`),
  (bytes) => Buffer.from(`{"a":1,${items(bytes, 12, (i) => `"n${i}":"1"`)}}`),
  (bytes) => Buffer.from(`{"a":1,${items(bytes, 12, (i) => `"n${i}":"x"`)}}`),
  (bytes) => Buffer.from(`{"a":1,${items(bytes, bytes / 8, (i) => `"${i}${'k'.repeat(bytes / 8)}":1`)}}`),
  (bytes) => Buffer.from(`{${items(bytes, 16, (i) => `"g${i}":{"a":1}`)}}`),
  (bytes) => Buffer.from(`{${items(bytes, 48, (i) => `"g${i}":{"a":{"b":{"c":{"d":{"e":1}}}}}`)}}`),
  (bytes) => Buffer.from(`{"ts":1,"values":{${items(bytes, 10, (i) => `"a${i}":1`)}}}`),
  (bytes) => Buffer.from(`{"ts":12345678901234567,"a":1,${items(bytes, 16, (i) => `"b${i}":{"ts":1}`)}}`),
  (bytes) => Buffer.from(`{"a":${'['.repeat(bytes / 2)}${']'.repeat(bytes / 2)}}`),
  (bytes) => Buffer.from(`[${items(bytes, 8, () => '{"a":1}')}]`),
  (bytes) => Buffer.from(`[${items(bytes, bytes / 100, () => `"${'x'.repeat(bytes / 100)}"`)}]`),
  (bytes) => Buffer.from(`[${items(bytes, 256, (i) => `{${items(256, 10, (k) => `"k${k}":${i}`)}}`)}]`),
  (bytes) => Buffer.from(`[${items(bytes, 256, (i) => `{${items(256, 10, (k) => `"k${i}x${k}":1`)}}`)}]`),
  (bytes) => Buffer.from(`[${items(bytes, 256, (i) => `{"ts":1700000000000,"a":${i}}`)}]`),
  (bytes) => Buffer.from(`[${items(bytes, 256, (i) => `{"id":"x","a":${i}}`)}]`),
  (bytes) => Buffer.from(`[${items(bytes, 256, (i) => `{"seq":1,"a":${i}}`)}]`),
  (bytes) => Buffer.from(`[{"bn":"${'a:'.repeat(500)}"},${items(bytes, 256, (i) => `{"n":"${i}","v":1}`)}]`),
  (bytes) =>
    Buffer.from(`[{"bn":"${'a:'.repeat(500)}"},${items(bytes, 256, (i) => `{"t":${1e9 + i},"v":1}`)}]`),
  (bytes) => Buffer.from(`[${items(bytes, 1_000, (i) => `{"bn":"${'a:'.repeat(480)}","n":"${i}","v":1}`)}]`),
  (bytes) => Buffer.from(items(bytes, 256, (i) => `{"a":${i}}`).replaceAll('},', '}\n')),
  (bytes) => Buffer.from(items(bytes, 10, (i) => `k${i}=${i}`)),
  (bytes) => Buffer.from(items(bytes, 10, (i) => `k${i}=x`)),
  (bytes) => Buffer.from(`m ${items(bytes, 8, (i) => `f${i}=1`)} 1`),
  (bytes) => Buffer.from(`m,${items(bytes, 8, (i) => `t${i}=1`)} a=1 1`),
  (bytes) => Buffer.from(items(bytes, 256, (i) => `m,t=${i} f${i}=1 1`).replaceAll(',m', '\nm')),
];

export const growingTexts: readonly Growing[] = [...repeated, ...many];
