/** Reading by a known layout has no time limit, so its work must be bounded by the length of the message. */
import { expect, it } from 'vitest';
import { expectLinear, growthTestMsMax } from '../../../test/growth/growth.ts';
import { checkReading } from '../contract.ts';
import { readingsIn, testMachines } from '../fixtures.testing.ts';
import { json } from '../formats/json/json.ts';
import { newRow } from '../row.ts';
import { Layouts, newTopicLayouts } from './layouts.ts';

/** A message of about so many bytes, by what it is full of. All of them contain the number `a`. */
const messages: Record<string, (bytes: number) => string> = {
  'a long text': (bytes) => `{"a":1,"note":"${'x'.repeat(bytes)}"}`,
  'a long text of digits': (bytes) => `{"a":1,"note":"${'1'.repeat(bytes)}"}`,
  'a long list': (bytes) => `{"a":1,"list":[${'1,'.repeat(bytes / 2)}1]}`,
  blanks: (bytes) => `{"a":1${' '.repeat(bytes)}}`,
};

it.each(Object.keys(messages))(
  'reading a message full of %s grows as its length',
  async (name) => {
    let known = 0;
    await expectLinear(name, (bytes) => {
      const schema = testMachines().find('lab', 'm1');
      const row = newRow();
      const [layouts, topic] = [new Layouts(), newTopicLayouts()];
      const payload = Buffer.from(messages[name]!(bytes));
      const [reading] = readingsIn(json.decode(payload, { site: 'lab', machine: 'm1' }));
      checkReading(schema, reading!.values, row);
      layouts.learn(topic, payload, { schema, sensor: undefined, reading: reading!, row });
      return () => {
        for (let i = 0; i < 20; i++) if (layouts.read(topic, payload, schema, row)) known++;
      };
    });
    expect(known).toBeGreaterThan(0);
  },
  growthTestMsMax,
);
