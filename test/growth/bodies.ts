/** Texts of batches, of about so many bytes, each of which ends with a newline. */

const series = 'pump,gateway=gw,machine=m,site=s ';
const time = ' 1700000000000000000';
const repeated = (line: string) => (bytes: number) =>
  `${line}\n`.repeat(Math.max(1, Math.floor(bytes / (Buffer.byteLength(line) + 1))));
/** As many different items as fit, of about so many bytes each. */
const items = (bytes: number, each: number, item: (i: number) => string, between: string) =>
  Array.from({ length: Math.floor(bytes / each) }, (_, i) => item(i)).join(between);
const event = (type: string, data: string) =>
  `{"specversion":"1.0","id":"a","source":"/gateways/gw","type":"${type}","time":"2024-01-01T00:00:00Z","datacontenttype":"application/json","data":${data}}`;
const decisionType = 'io.harbinger.decision.recorded.v1';

export const growingBodies: Readonly<Record<string, (bytes: number) => string>> = {
  'empty lines': repeated(''),
  'lines of a blank': repeated(' '),
  'lines of a letter': repeated('a'),
  'two words': repeated('a b'),
  comments: repeated('#'),
  numbers: repeated('1'),
  'good lines': repeated(`${series}a=1${time}`),
  'lines without a time': repeated(`${series}a=1`),
  'lines without a value': repeated(`${series}a`),
  'open quotes': repeated(`${series}a="`),
  'lines of another gateway': repeated(`pump,gateway=other,machine=m,site=s a=1${time}`),
  'tags only': repeated('a,gateway=gw,machine=m,site=s'),
  'many fields': (bytes) => `${series}${items(bytes, 10, (i) => `f${i}=1`, ',')}${time}\n`,
  'a field again and again': (bytes) => `${series}${'a=1,'.repeat(bytes / 4)}a=1${time}\n`,
  'a long machine': (bytes) => `pump,gateway=gw,machine=${'m'.repeat(bytes)},site=s a=1${time}\n`,
  'a long text': (bytes) => `${series}a="${'x '.repeat(bytes / 2)}"${time}\n`,
  'a long open text': (bytes) => `${series}a="${'x '.repeat(bytes / 2)}${time}\n`,
  'a long number': (bytes) => `${series}a=${'9'.repeat(bytes)}x${time}\n`,
  'escaped commas': (bytes) => `${series}${'\\,'.repeat(bytes / 2)}=1${time}\n`,
  'many times': (bytes) => `${series}a=1${' 1'.repeat(bytes / 2)}\n`,
  'many machines': (bytes) =>
    `${items(bytes, 64, (i) => `pump,gateway=gw,machine=m${i},site=s a=1${time}`, '\n')}\n`,
  'new fields in each line': (bytes) => `${items(bytes, 64, (i) => `${series}f${i}=1${time}`, '\n')}\n`,
  'changing types': (bytes) => `${items(bytes, 64, (i) => `${series}a=${i % 2 ? 1 : '"x"'} ${i}`, '\n')}\n`,
  objects: repeated('{"a":1}'),
  brackets: (bytes) => `${'['.repeat(bytes / 2)}${']'.repeat(bytes / 2)}\n`,
  'unknown events': repeated(event('x', '{}')),
  'an event with many values': (bytes) =>
    `${event(decisionType, `{"inputs":{${items(bytes, 10, (i) => `"f${i}":1`, ',')}}}`)}\n`,
  'an event with a deep value': (bytes) =>
    `${event(decisionType, `{"inputs":${'{"a":'.repeat(bytes / 6)}1${'}'.repeat(bytes / 6)}}`)}\n`,
};
