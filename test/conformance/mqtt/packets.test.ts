/** Packets that must end the connection, and of which nothing is acted upon (chapters 1, 2, 4.8, 4.13). */
import { describe, expect } from 'vitest';
import { rule, siteOfTests } from './rules.ts';
import {
  block,
  packet,
  publishPacket,
  subscribePacket,
  text,
  unsubscribePacket,
  type Version,
} from './wire.ts';

const site = siteOfTests();

async function refused(version: Version, bytes: Buffer, code = '8[12]'): Promise<void> {
  const before = site.broker.intake.messages.length;
  const wire = await site.connected(version);
  wire.send(bytes);
  expect(await wire.ended()).toMatch(version === 5 ? new RegExp(`^2:\\w+ 14:${code}`) : /^2:\w+$/);
  expect(site.broker.intake.messages.length).toBe(before);
}

describe('texts', () => {
  const latin1 = Buffer.from('telemetry/\xfc', 'latin1');
  rule(
    '3.1.1: 1.5.3-1, 3.3.2-1, 4.8.0-1; 5: 1.5.4-1, 3.3.2-1, 4.13.1-1',
    'a topic that is not UTF-8',
    (version) => refused(version, packet(0x30, text(latin1), block(version), Buffer.from('x'))),
  );
  rule('3.1.1: 1.5.3-2, 4.7.3-2; 5: 1.5.4-2, 4.7.3-2', 'a topic with U+0000', (version) =>
    refused(version, packet(0x30, text('telemetry/a\0b'), block(version), Buffer.from('x'))),
  );
  rule('3.1.1: 3.8.3-1; 5: 3.8.3-1', 'a filter that is not UTF-8', (version) =>
    refused(version, packet(0x82, [0, 1], block(version), text(latin1), [1])),
  );
  rule('3.1.1: 3.10.3-1; 5: 3.10.3-1', 'a filter of UNSUBSCRIBE that is not UTF-8', (version) =>
    refused(version, packet(0xa2, [0, 1], block(version), text(latin1))),
  );
  rule(
    '3.1.1: 1.5.3-3, 4.7.3-4; 5: 1.5.4-3, 4.7.3-4',
    'a byte order mark is kept, and nothing is normalised',
    async (version) => {
      const wire = await site.connected(version);
      const topics = ['telemetry/\ufeffa', 'telemetry/A\u030a', 'telemetry/\u00c5'];
      wire.send(
        ...topics.map((topic, i) => publishPacket(version, topic, `v${version}`, { qos: 1, id: i + 1 })),
      );
      await wire.got(4, 3);
      for (const topic of topics) expect(site.broker.intake.texts).toContain(`${topic} v${version}`);
    },
  );
  rule('5: 1.5.7-1, 3.3.2-13, 3.3.2-19', 'properties whose texts are not UTF-8', async (version) => {
    const bad = [0, 1, 0xff];
    for (const properties of [
      [0x03, ...bad],
      [0x08, ...bad],
      [0x26, ...bad, 0, 1, 97],
      [0x26, 0, 1, 97, ...bad],
    ])
      await refused(version, publishPacket(version, 'telemetry/a', 'x', { properties }));
  });
});

describe('headers', () => {
  rule('3.1.1: 2.2.2-1, 2.2.2-2; 5: 2.1.3-1', 'flags that are reserved', async (version) => {
    for (const first of [0x41, 0xc1, 0xe2, 0x13]) await refused(version, packet(first, [0, 1]));
  });
  rule('3.1.1: 3.6.1-1; 5: 3.6.1-1', 'PUBREL with other flags', (version) =>
    refused(version, packet(0x60, [0, 1])),
  );
  rule('3.1.1: 3.8.1-1; 5: 3.8.1-1', 'SUBSCRIBE with other flags', (version) =>
    refused(
      version,
      Buffer.concat([Buffer.from([0x80]), subscribePacket(version, 1, [['a', 0]]).subarray(1)]),
    ),
  );
  rule('3.1.1: 3.10.1-1; 5: 3.10.1-1', 'UNSUBSCRIBE with other flags', (version) =>
    refused(version, Buffer.concat([Buffer.from([0xa0]), unsubscribePacket(version, 1, ['a']).subarray(1)])),
  );
  rule('5: 1.5.5-1', 'numbers of more bytes than they need, or than there are', async (version) => {
    for (const length of [
      [0x80, 0x00],
      [0x81, 0x80, 0x00],
      [0xff, 0xff, 0xff, 0xff, 0x01],
    ])
      await refused(version, packet(0x30, text('telemetry/a'), length, Buffer.from('xxxxxxxx')));
  });
  rule('3.1.1: 3.3.1-4; 5: 3.3.1-4', 'QoS 3', (version) =>
    refused(version, packet(0x36, text('telemetry/a'), [0, 1], block(version), Buffer.from('x'))),
  );
  rule('3.1.1: 3.3.1-2; 5: 3.3.1-2', 'DUP at QoS 0', (version) =>
    refused(version, publishPacket(version, 'telemetry/a', 'x', { dup: true })),
  );
});

describe('packet ids', () => {
  rule('3.1.1: 2.3.1-1; 5: 2.2.1-3', 'PUBLISH, SUBSCRIBE and UNSUBSCRIBE with id 0', async (version) => {
    await refused(version, publishPacket(version, 'telemetry/a', 'x', { qos: 1, id: 0 }));
    await refused(version, publishPacket(version, 'telemetry/a', 'x', { qos: 2, id: 0 }));
    await refused(version, subscribePacket(version, 0, [['a', 0]]));
    await refused(version, unsubscribePacket(version, 0, ['a']));
  });
  rule(
    '3.1.1: 2.3.1-6, 2.3.1-7; 5: 2.2.1-5, 2.2.1-6',
    'answers have the id of what they answer',
    async (version) => {
      const wire = await site.connected(version);
      wire.send(
        publishPacket(version, 'telemetry/a', 'x', { qos: 1, id: 0x0102 }),
        publishPacket(version, 'telemetry/a', 'x', { qos: 2, id: 0x0304 }),
        subscribePacket(version, 0x0506, [['ids', 0]]),
        unsubscribePacket(version, 0x0708, ['ids']),
      );
      const answers = [await wire.got(4), await wire.got(5), await wire.got(9), await wire.got(11)];
      expect(answers.map(([answer]) => answer!.body.readUInt16BE(0))).toEqual([
        0x0102, 0x0304, 0x0506, 0x0708,
      ]);
      wire.send(packet(0x62, [3, 4]));
      expect((await wire.got(7))[0]!.body.readUInt16BE(0)).toBe(0x0304);
    },
  );
});

describe('payloads that may not be', () => {
  rule('3.1.1: 3.8.3-3; 5: 3.8.3-2', 'SUBSCRIBE without a filter', (version) =>
    refused(version, subscribePacket(version, 1, [])),
  );
  rule('3.1.1: 3.8.3-4; 5: 3.8.3-5', 'SUBSCRIBE with reserved bits', (version) =>
    refused(version, subscribePacket(version, 1, [['a', version === 5 ? 0x40 : 0x04]])),
  );
  rule('3.1.1: 3.10.3-2; 5: 3.10.3-2', 'UNSUBSCRIBE without a filter', (version) =>
    refused(version, unsubscribePacket(version, 1, [])),
  );
  rule('3.1.1: 3.3.2-2, 4.7.1-1; 5: 3.3.2-2, 4.7.0-1', 'a topic with wildcards', async (version) => {
    for (const topic of ['telemetry/#', 'telemetry/+'])
      await refused(version, publishPacket(version, topic, 'x', { qos: 1 }));
  });
  rule(
    '3.1.1: 4.7.1-2, 4.7.1-3; 5: 4.7.1-1, 4.7.1-2',
    'filters with wildcards within a level',
    async (version) => {
      for (const filter of ['a/#/b', 'a#', 'a+/b', 'a/+b']) {
        const wire = await site.connected(version);
        wire.send(subscribePacket(version, 1, [[filter, 0]]));
        const codes = await Promise.race([wire.got(9), wire.ended()]);
        if (typeof codes !== 'string') expect(codes[0]!.body.at(-1)).toBeGreaterThanOrEqual(0x80);
      }
    },
  );
  rule('3.1.1: 4.7.3-1; 5: 4.7.3-1', 'an empty topic or filter', async (version) => {
    await refused(version, publishPacket(version, '', 'x'));
    await refused(version, subscribePacket(version, 1, [['', 0]]));
  });
});

describe('properties', () => {
  const alias = (value: number) => [0x23, value >> 8, value & 255];
  rule('5: 2.2.2-1', 'a packet without properties says so, and one without that is cut off', (version) =>
    refused(version, packet(0x30, text('telemetry/a'))),
  );
  rule('5: 3.3.4-6', 'PUBLISH with a Subscription Identifier', (version) =>
    refused(version, publishPacket(version, 'telemetry/a', 'x', { properties: [0x0b, 1] })),
  );
  rule(
    '5: 3.3.2-8, 3.2.2-17',
    'topic alias 0, one above the maximum, and one that nobody has set',
    async (version) => {
      for (const value of [0, 17])
        await refused(
          version,
          publishPacket(version, 'telemetry/a', 'x', { properties: alias(value) }),
          '94',
        );
      await refused(version, publishPacket(version, '', 'x', { properties: alias(3) }), '94');
    },
  );
  rule('5: 3.3.2-14', 'a Response Topic with wildcards', (version) =>
    refused(version, publishPacket(version, 'commands/a', 'x', { properties: [0x08, ...text('a/+')] })),
  );
  rule(
    '5: 3.3.2-13',
    'properties that come twice, that PUBLISH may not have, or with values that they may not',
    async (version) => {
      for (const properties of [[1, 1, 1, 1], [1, 2], [0x11, 0, 0, 0, 1], [0x7f], [2, 0, 0], [0x1f, 0, 0]])
        await refused(version, publishPacket(version, 'telemetry/a', 'x', { properties }));
    },
  );
  rule('5: 3.8.3-4, 4.8.2-6', 'Subscription Identifier 0', (version) =>
    refused(version, subscribePacket(version, 1, [['a', 0]], [0x0b, 0])),
  );
  rule(
    '5: 3.4.2-1, 3.5.2-1, 3.6.2-1, 3.7.2-1, 3.14.2-1',
    'reason codes that the packet does not have',
    async (version) => {
      for (const first of [0x40, 0x50, 0x62, 0x70]) await refused(version, packet(first, [0, 1, 0x8e]));
      await refused(version, packet(0xe0, [0x9d]));
    },
  );
});
